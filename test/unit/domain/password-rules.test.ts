import { describe, expect, it } from 'vitest';
import { passwordProblem } from '../../../src/domain/password-rules.js';

const EMAIL = 'jane.doe@herons.example';

describe('passwordProblem', () => {
  it.each([
    'four herons at dawn',
    'Tr0ub4dor&3 again',
    'mKx92-vv0qL1',
    'Wasserfall im Regen',
    '猫と犬と鳥と魚と馬と牛と羊',
    'my cat likes password managers',
  ])('takes %s', (password) => expect(passwordProblem(password, EMAIL)).toBeNull());

  it.each(['elevenchars', '猫と犬と鳥'])('finds %s too short', (password) =>
    expect(passwordProblem(password, EMAIL)).toContain('at least 12'),
  );

  it.each([
    'password1234',
    'P@ssw0rd2024!',
    'passwordpassword',
    'Summer2024Summer',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    '123456789012',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    'administrator1',
    'welcome!!!!!2025',
    '111111111111',
  ])('knows that %s is guessed', (password) =>
    expect(passwordProblem(password, EMAIL)).toContain('anybody would guess'),
  );

  it.each(['jane.doe@herons.example', 'jane.doe12345', 'herons.example1'])(
    'does not take the address: %s',
    (password) => expect(passwordProblem(password, EMAIL)).toContain('e-mail address'),
  );
});
