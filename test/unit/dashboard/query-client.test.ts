import { onlineManager } from '@tanstack/react-query';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { UnreachableError } from '../../../dashboard/src/api/api-error';
import { queryClient } from '../../../dashboard/src/api/query-client';

const unreachable = async (): Promise<never> => {
  throw new UnreachableError('Ardea does not answer.');
};

const mutate = (mutationFn: () => Promise<unknown>): Promise<unknown> =>
  queryClient.getMutationCache().build(queryClient, { mutationFn }).execute(undefined);

beforeEach(() => onlineManager.setOnline(false));
afterEach(() => {
  onlineManager.setOnline(true);
  queryClient.clear();
});

it('asks whatever the browser thinks of the network: localhost answers without one', async () => {
  expect(await queryClient.fetchQuery({ queryKey: ['read'], queryFn: async () => 'answered' })).toBe(
    'answered',
  );
  expect(await mutate(async () => 'done')).toBe('done');
});

it('fails while nobody answers: a write never waits to be done later', async () => {
  let tries = 0;
  const write = mutate(() => {
    tries += 1;
    return unreachable();
  });
  await expect(write).rejects.toBeInstanceOf(UnreachableError);
  onlineManager.setOnline(true);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(tries).toBe(1);
  await expect(
    queryClient.fetchQuery({ queryKey: ['unread'], queryFn: unreachable, retry: false }),
  ).rejects.toBeInstanceOf(UnreachableError);
});

it('keeps nothing of what was written: it may hold passwords', async () => {
  await mutate(async () => 'done');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(queryClient.getMutationCache().getAll()).toEqual([]);
});
