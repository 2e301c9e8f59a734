import { STATUS_CODES } from 'node:http';
import { ERRORS } from '../../src/domain/errors.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** docs/errors.md. */
export const errorsPage = (): string => `# Errors

Generated from \`src/domain/errors.ts\` by \`npm run generate\`; do not edit.

Every error answer is an object of this shape; \`x-request-id\` is on every answer, good or bad:

\`\`\`json
{
  "code": 422,
  "name": "Unprocessable Entity",
  "description": { "json": { "item_id": ["Missing data for required field."] } },
  "error": "request.invalid",
  "request_id": "req_5f0c6a2e9b7d4c1f8a3e6b90"
}
\`\`\`

\`error\` is stable and meant for programs. \`description\` is a sentence, or messages by location (\`json\`, \`query\`) and
field; messages about the whole stand under \`_schema\`. All invalid fields are reported at once.

| error | status | what to do |
|---|---|---|
${Object.entries(ERRORS)
  .map(
    ([code, { status, wayOut }]) => `| \`${code}\` | ${status} ${STATUS_CODES[status]} | ${cell(wayOut)} |`,
  )
  .join('\n')}
`;
