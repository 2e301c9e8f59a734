import { loadUserCommandConfig } from '../config/index.js';
import { createDatabase } from '../db/database.js';
import { oneTimeUrl } from '../domain/one-time-url.js';
import { makeLoginLink } from './make-login-link.js';
import { runProgram, UsageError } from './program.js';

runProgram('login-link', async () => {
  const { DATABASE_URL: url, PUBLIC_URL, BOOTSTRAP_ORGANIZATION } = loadUserCommandConfig();
  const [email = '', organization = BOOTSTRAP_ORGANIZATION] = process.argv
    .slice(2)
    .map((text) => text.trim());
  if (!/^[^@\s]+@[^@\s]+$/.test(email))
    throw new UsageError('give an e-mail address: npm run login-link -- jane@acme.example ["Acme"]');
  const db = createDatabase({ url, poolMax: 1, name: 'ardea-login-link' });
  try {
    const { token, what } = await makeLoginLink(db, email, organization);
    console.log(`This link works once, and ${what}:\n${oneTimeUrl(PUBLIC_URL, token)}`);
  } finally {
    await db.destroy();
  }
});
