import type { Product } from '../model/item.js';

export interface InstitutionData {
  institutionId: string;
  name: string;
  url: string;
  color: string;
  oauth: boolean;
  routingNumbers: string[];
  /** Whether its deposit accounts carry a `persistent_account_id` (tokenised account numbers). */
  persistentAccountIds: boolean;
}

const PRODUCTS: Product[] = [
  'assets',
  'auth',
  'balance',
  'identity',
  'investments',
  'liabilities',
  'transactions',
];

const institution = (
  institutionId: string,
  name: string,
  url: string,
  { oauth = false, persistentAccountIds = false, color = '#095aa6', routingNumbers = [] as string[] } = {},
): InstitutionData => ({ institutionId, name, url, color, oauth, routingNumbers, persistentAccountIds });

/** The institutions of Plaid's sandbox that the simulator knows, by id. */
export const INSTITUTIONS: ReadonlyMap<string, InstitutionData> = new Map(
  [
    institution('ins_109508', 'First Platypus Bank', 'https://www.plaid.com', { color: '#1f1f1f' }),
    institution('ins_109509', 'First Gingham Credit Union', 'https://www.plaid.com'),
    institution('ins_109510', 'Tattersall Federal Credit Union', 'https://www.plaid.com'),
    institution('ins_109511', 'Tartan Bank', 'https://www.plaid.com'),
    institution('ins_109512', 'Houndstooth Bank', 'https://www.plaid.com'),
    institution('ins_127287', 'Platypus OAuth Bank', 'https://www.plaid.com', {
      oauth: true,
      persistentAccountIds: true,
    }),
    institution('ins_3', 'Chase', 'https://www.chase.com', { color: '#095aa6' }),
    institution('ins_56', 'Chase', 'https://www.chase.com', {
      oauth: true,
      persistentAccountIds: true,
      routingNumbers: ['021000021', '322271627'],
    }),
    institution('ins_13', 'PNC', 'https://www.pnc.com', {
      oauth: true,
      persistentAccountIds: true,
      color: '#f58025',
    }),
    institution('ins_127990', 'U.S. Bank', 'https://www.usbank.com', {
      oauth: true,
      persistentAccountIds: true,
    }),
    institution('ins_127989', 'Bank of America', 'https://www.bankofamerica.com', {
      oauth: true,
      color: '#e31837',
    }),
    institution('ins_127991', 'Wells Fargo', 'https://www.wellsfargo.com', { oauth: true, color: '#d71e28' }),
    institution('ins_128026', 'Capital One', 'https://www.capitalone.com', { oauth: true, color: '#d03027' }),
    institution('ins_12', 'Fidelity', 'https://www.fidelity.com', { color: '#368727' }),
  ].map((data) => [data.institutionId, data]),
);

/** The products that every institution of the simulator offers. */
export const institutionProducts = (): Product[] => [...PRODUCTS];
