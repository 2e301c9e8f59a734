import { expect, it } from 'vitest';
import { describeError } from '../../src/logger.js';

it('tells what an error says, and of PostgreSQL neither detail nor where', () => {
  const cause = Object.assign(new Error('invalid input syntax'), {
    code: '22P02',
    where: 'JSON data, line 1: {"name": "Fertility Clinic"}',
  });
  const described = describeError(new Error('activity failed', { cause }));
  expect(described).toMatchObject({
    type: 'Error',
    message: 'activity failed',
    cause: { message: 'invalid input syntax', code: '22P02' },
  });
  expect(JSON.stringify(described)).not.toContain('Fertility');
  expect(describeError('thrown text')).toEqual({ type: 'string' });
});
