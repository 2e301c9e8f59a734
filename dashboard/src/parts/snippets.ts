import type { Integration } from '../api/integrations';

/** `days_requested`: as much history as Plaid has. It cannot be widened later. */
const DAYS = 730;

export type Language = 'curl' | 'node' | 'python';

interface Snippet {
  linkToken: Record<Language, string>;
  postItem: Record<Language, string>;
}

interface LinkToken {
  base_url: string;
  client_user_id: string;
  /** Of the body, as JSON has it, and the same in JavaScript. */
  json: readonly string[];
  node: readonly string[];
}

/** Within single quotes of a shell. */
const quoted = (text: string): string => text.replaceAll("'", "'\\''");

const linkTokenOf = ({ base_url, client_user_id, json, node }: LinkToken): Record<Language, string> => ({
  curl: `curl -s ${base_url}/link/token/create \\
  -H 'content-type: application/json' \\
  -d '{
    "client_id": "'"$PLAID_CLIENT_ID"'",
    "secret": "'"$PLAID_SECRET"'",
    "client_name": "Your company",
    "language": "en",
    "country_codes": ["US"],
    "user": {"client_user_id": ${quoted(JSON.stringify(client_user_id))}},
    ${quoted(json.join(',\n    '))}
  }'`,
  node: `import { Configuration, PlaidApi } from 'plaid';

const plaid = new PlaidApi(
  new Configuration({
    basePath: '${base_url}',
    baseOptions: {
      headers: {
        'PLAID-CLIENT-ID': process.env.PLAID_CLIENT_ID,
        'PLAID-SECRET': process.env.PLAID_SECRET,
      },
    },
  }),
);

const { data } = await plaid.linkTokenCreate({
  client_name: 'Your company',
  language: 'en',
  country_codes: ['US'],
  user: { client_user_id: ${/^[\w-]+$/.test(client_user_id) ? `'${client_user_id}'` : JSON.stringify(client_user_id)} },
  ${node.join(',\n  ')},
});
console.log(data.link_token);`,
  python: `import os
import requests

answer = requests.post(
    "${base_url}/link/token/create",
    json={
        "client_id": os.environ["PLAID_CLIENT_ID"],
        "secret": os.environ["PLAID_SECRET"],
        "client_name": "Your company",
        "language": "en",
        "country_codes": ["US"],
        "user": {"client_user_id": ${JSON.stringify(client_user_id)}},
        ${json.join(',\n        ')},
    },
    timeout=30,
)
answer.raise_for_status()
print(answer.json()["link_token"])`,
});

/** What to paste into the integrator's own program; secrets stay in its environment. */
export function snippetsOf({ base_url, inbound_webhook_url, link_url }: Integration): Snippet {
  return {
    linkToken: linkTokenOf({
      base_url,
      client_user_id: 'your-customer-id',
      json: [
        '"products": ["transactions"]',
        `"transactions": {"days_requested": ${DAYS}}`,
        `"webhook": "${inbound_webhook_url}"`,
      ],
      node: [
        "products: ['transactions']",
        `transactions: { days_requested: ${DAYS} }`,
        `webhook: '${inbound_webhook_url}'`,
      ],
    }),
    postItem: {
      curl: `curl -s ${link_url} \\
  -H "x-api-key: $ARDEA_API_KEY" \\
  -H 'content-type: application/json' \\
  -d '{
    "item_id": "<item_id>",
    "access_token": "<access_token>",
    "end_user_id": "your-customer-id",
    "end_user_name": "Acme Coffee"
  }'`,
      node: `const answer = await fetch('${link_url}', {
  method: 'POST',
  headers: {
    'x-api-key': process.env.ARDEA_API_KEY,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    item_id: itemId,
    access_token: accessToken,
    end_user_id: 'your-customer-id',
    end_user_name: 'Acme Coffee',
  }),
});
if (!answer.ok) throw new Error(await answer.text());`,
      python: `import os
import requests

answer = requests.post(
    "${link_url}",
    headers={"x-api-key": os.environ["ARDEA_API_KEY"]},
    json={
        "item_id": item_id,
        "access_token": access_token,
        "end_user_id": "your-customer-id",
        "end_user_name": "Acme Coffee",
    },
    timeout=30,
)
answer.raise_for_status()`,
    },
  };
}

/** The same for an Item that there is, whose customer logs in again: update mode, which takes its access token and no products. */
export const updateModeOf = (base_url: string, client_user_id: string): Record<Language, string> =>
  linkTokenOf({
    base_url,
    client_user_id,
    json: ['"access_token": "<access_token>"'],
    node: ['access_token: accessToken'],
  });
