/** Long enough to make guessing through the log-in hopeless; there are no rules of composition, which help nobody. */
export const LEAST_PASSWORD_LENGTH = 12;
export const MOST_PASSWORD_LENGTH = 256;

/** What the lists of leaked passwords are made of, when digits, signs and the usual substitutions are taken away. */
const COMMON_WORDS = new Set(
  `password passwort passphrase letmein welcome willkommen admin administrator root superuser master login access secret
   changeme default temporary guest user test testing example demo qwerty qwertyuiop qwertz azerty asdfgh asdfghjkl zxcvbn
   zxcvbnm iloveyou monkey dragon sunshine princess football baseball basketball soccer hockey superman batman pokemon
   starwars trustno whatever shadow michael jordan jennifer jessica charlie thomas daniel computer internet samsung google
   facebook microsoft summer winter spring autumn january monday hello freedom mustang killer ninja cookie banana cheese
   flower liverpool chelsea arsenal barcelona bank banking money finance plaid ardea dashboard opensesame
   correcthorsebatterystaple thisismypassword mypassword yourpassword nopassword passwordpassword letmeinnow letmeinplease
   welcomehome welcometo adminadmin administratoradministrator iloveyouforever iloveyousomuch qwertyqwerty testtest`.split(
    /\s+/,
  ),
);

const ROWS = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz2wsx3edc4rfv5tgb',
];
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const withoutEnds = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
const lettersOnly = (text: string): string => text.replace(/[^\p{L}]/gu, '');

/** `abcabcabcabc` → `abc`: the shortest text that it repeats. */
function unit(text: string): string {
  for (let length = 1; length <= text.length / 2; length++)
    if (text.length % length === 0 && text.slice(0, length).repeat(text.length / length) === text)
      return text.slice(0, length);
  return text;
}

/** Whether it is one walk along a row of keys or letters, forth or back, begun again as often as needed. */
function isWalk(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at++) {
    const pair = text.slice(at - 1, at + 1);
    const back = pair.charAt(1) + pair.charAt(0);
    if (ROWS.some((row) => row.includes(pair) || row.includes(back))) steps++;
  }
  // A fresh start now and then does not make it a secret.
  return steps >= text.length - 1 - Math.floor(text.length / 5);
}

function isCommon(password: string): boolean {
  const plain = password.toLowerCase();
  if (unit(plain).length <= 4 || isWalk(plain)) return true;
  const read = [...withoutEnds(plain)].map((char) => SUBSTITUTES[char] ?? char).join('');
  return [plain, read]
    .map(lettersOnly)
    .some((word) => COMMON_WORDS.has(word) || COMMON_WORDS.has(unit(word)));
}

/** Whether little is left of it besides the user's own address. */
function isAddress(password: string, email: string): boolean {
  const plain = password.toLowerCase();
  const [local = '', domain = ''] = email.toLowerCase().split('@');
  const rest = [email.toLowerCase(), domain, local, domain.split('.')[0] ?? '']
    .filter((part) => part.length >= 4)
    .reduce((text, part) => text.replaceAll(part, ''), plain);
  return rest !== plain && rest.replace(/[^\p{L}]/gu, '').length < 6;
}

/** What is wrong with a password that a user chose; null when it may be taken. */
export function passwordProblem(password: string, email: string): string | null {
  if ([...password].length < LEAST_PASSWORD_LENGTH)
    return `Must have at least ${LEAST_PASSWORD_LENGTH} characters; a few words that do not belong together are easy to keep in mind.`;
  if (isAddress(password, email)) return 'Must not be made of your e-mail address.';
  if (isCommon(password)) return 'Is among the first that anybody would guess: choose another.';
  return null;
}
