import { Button, Text } from '@mantine/core';
import { FrontPage } from '../shell/front-page';

export function NoSuchPage() {
  return (
    <FrontPage title="There is no such page">
      <Text>The address may have a mistake in it, or lead to something that was there once.</Text>
      <Button component="a" href="/" variant="default">
        Go to the overview
      </Button>
    </FrontPage>
  );
}
