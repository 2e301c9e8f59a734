import { useNavigate, useSearch } from '@tanstack/react-router';
import { LogInForm } from '../shell/log-in-form';
import { FrontPage } from '../shell/front-page';

export function LogInPage() {
  const { to } = useSearch({ from: '/login' });
  const navigate = useNavigate();
  return (
    <FrontPage title="Log in">
      <LogInForm onDone={() => void navigate({ href: to ?? '/', replace: true })} />
    </FrontPage>
  );
}
