import type { CounterpartyType } from 'plaid';
import type { Wire } from '../model/wire.js';

export interface Merchant {
  /** As the bank prints it; `#` becomes a digit. */
  descriptor: string;
  /** The name Plaid made of it; null when it recognises no merchant. */
  name: string | null;
  /** Personal finance category, version 2: `PRIMARY` and the suffix of the detailed one. */
  category: readonly [primary: string, suffix: string];
  channel: 'online' | 'in store' | 'other';
  kind: Wire<CounterpartyType>;
  website: string | null;
  /** Usual range in cents of the account's currency; negative is money in. */
  cents: readonly [from: number, to: number];
  /** Which account it is paid from. */
  account: 'depository' | 'credit' | 'any';
  /** How often it occurs, relative to the others. */
  weight: number;
}

const row = (
  descriptor: string,
  name: string | null,
  [primary, suffix]: readonly [string, string],
  cents: readonly [number, number],
  options: Partial<Omit<Merchant, 'descriptor' | 'name' | 'category' | 'cents'>> = {},
): Merchant => ({
  descriptor,
  name,
  category: [primary, suffix],
  cents,
  channel: options.channel ?? 'in store',
  kind: options.kind ?? 'merchant',
  website: options.website ?? null,
  account: options.account ?? 'any',
  weight: options.weight ?? 1,
});

const FOOD = 'FOOD_AND_DRINK';
const SHOP = 'GENERAL_MERCHANDISE';
const online = { channel: 'online' } as const;
const other = { channel: 'other', account: 'depository' } as const;

/** Where the simulated people spend, and where their money comes from. */
export const MERCHANTS: readonly Merchant[] = [
  row('STARBUCKS STORE 0####', 'Starbucks', [FOOD, 'COFFEE'], [345, 1290], {
    website: 'starbucks.com',
    weight: 8,
  }),
  row('SQ *PHILZ COFFEE ####', 'Philz Coffee', [FOOD, 'COFFEE'], [425, 1450], {
    website: 'philzcoffee.com',
    weight: 4,
  }),
  row("MCDONALD'S F#####", "McDonald's", [FOOD, 'FAST_FOOD'], [399, 2380], {
    website: 'mcdonalds.com',
    weight: 5,
  }),
  row('CHIPOTLE ####', 'Chipotle Mexican Grill', [FOOD, 'FAST_FOOD'], [1020, 3410], {
    website: 'chipotle.com',
    weight: 5,
  }),
  row('TST* THE CORNER BISTRO', null, [FOOD, 'RESTAURANT'], [2450, 13900], { weight: 3 }),
  row('DOORDASH*ORDER ######', 'DoorDash', [FOOD, 'RESTAURANT'], [1850, 7800], {
    ...online,
    kind: 'marketplace',
    website: 'doordash.com',
    weight: 4,
  }),
  row('WHOLEFDS MKT #####', 'Whole Foods Market', [FOOD, 'GROCERIES'], [1275, 18440], {
    website: 'wholefoodsmarket.com',
    weight: 6,
  }),
  row("TRADER JOE'S #### QPS", "Trader Joe's", [FOOD, 'GROCERIES'], [1810, 12030], {
    website: 'traderjoes.com',
    weight: 6,
  }),
  row('SAFEWAY #####', 'Safeway', [FOOD, 'GROCERIES'], [940, 15220], { website: 'safeway.com', weight: 4 }),
  row('TOTAL WINE AND MORE', 'Total Wine & More', [FOOD, 'BEER_WINE_AND_LIQUOR'], [1599, 12999], {
    website: 'totalwine.com',
  }),
  row('AMZN Mktp US*#A##B###', 'Amazon', [SHOP, 'ONLINE_MARKETPLACES'], [699, 24999], {
    ...online,
    kind: 'marketplace',
    website: 'amazon.com',
    weight: 9,
  }),
  row('TARGET        0000####', 'Target', [SHOP, 'SUPERSTORES'], [899, 21450], {
    website: 'target.com',
    weight: 5,
  }),
  row('WAL-MART #####', 'Walmart', [SHOP, 'SUPERSTORES'], [1120, 23780], {
    website: 'walmart.com',
    weight: 4,
  }),
  row('COSTCO WHSE ####', 'Costco', [SHOP, 'SUPERSTORES'], [4350, 38990], {
    website: 'costco.com',
    weight: 2,
  }),
  row('BEST BUY    0000####', 'Best Buy', [SHOP, 'ELECTRONICS'], [1999, 129900], { website: 'bestbuy.com' }),
  row('STAPLES   0010####', 'Staples', [SHOP, 'OFFICE_SUPPLIES'], [849, 19900], {
    website: 'staples.com',
    weight: 2,
  }),
  row('ETSY.COM - MULTIPLE ITEM', 'Etsy', [SHOP, 'GIFTS_AND_NOVELTIES'], [1450, 9500], {
    ...online,
    kind: 'marketplace',
    website: 'etsy.com',
  }),
  row('REI #### OUTDOOR', 'REI', [SHOP, 'SPORTING_GOODS'], [2495, 34900], { website: 'rei.com' }),
  row('UBER   *TRIP', 'Uber', ['TRANSPORTATION', 'TAXIS_AND_RIDE_SHARES'], [780, 6480], {
    ...online,
    website: 'uber.com',
    weight: 7,
  }),
  row('LYFT   *RIDE SUN #AM', 'Lyft', ['TRANSPORTATION', 'TAXIS_AND_RIDE_SHARES'], [890, 5230], {
    ...online,
    website: 'lyft.com',
    weight: 4,
  }),
  row('SHELL OIL #########', 'Shell', ['TRANSPORTATION', 'GAS'], [2440, 8120], {
    website: 'shell.com',
    weight: 4,
  }),
  row('CHEVRON 0######', 'Chevron', ['TRANSPORTATION', 'GAS'], [2210, 7990], {
    website: 'chevron.com',
    weight: 3,
  }),
  row('CLIPPER SYSTEMS', null, ['TRANSPORTATION', 'PUBLIC_TRANSIT'], [250, 8100], {
    channel: 'other',
    weight: 3,
  }),
  row('UNITED      016##########', 'United Airlines', ['TRAVEL', 'FLIGHTS'], [11860, 74250], {
    ...online,
    website: 'united.com',
    account: 'credit',
  }),
  row('MARRIOTT SAN FRANCISCO', 'Marriott', ['TRAVEL', 'LODGING'], [15990, 68900], {
    website: 'marriott.com',
    account: 'credit',
  }),
  row('NETFLIX.COM', 'Netflix', ['ENTERTAINMENT', 'TV_AND_MOVIES'], [1549, 2299], {
    ...online,
    website: 'netflix.com',
  }),
  row('Spotify USA', 'Spotify', ['ENTERTAINMENT', 'MUSIC_AND_AUDIO'], [1099, 1699], {
    ...online,
    website: 'spotify.com',
  }),
  row('STEAMGAMES.COM ##########', 'Steam', ['ENTERTAINMENT', 'VIDEO_GAMES'], [499, 6999], {
    ...online,
    website: 'store.steampowered.com',
  }),
  row(
    'PLANET FITNESS CLUB FEES',
    'Planet Fitness',
    ['PERSONAL_CARE', 'GYMS_AND_FITNESS_CENTERS'],
    [1000, 2499],
    { website: 'planetfitness.com' },
  ),
  row('CVS/PHARMACY #0####', 'CVS', ['MEDICAL', 'PHARMACIES_AND_SUPPLEMENTS'], [480, 8630], {
    website: 'cvs.com',
    weight: 3,
  }),
  row('THE HOME DEPOT ####', 'The Home Depot', ['HOME_IMPROVEMENT', 'HARDWARE'], [1288, 27400], {
    website: 'homedepot.com',
    weight: 2,
  }),
  row(
    'PG&E WEB ONLINE ########',
    'Pacific Gas & Electric',
    ['RENT_AND_UTILITIES', 'GAS_AND_ELECTRICITY'],
    [6120, 23900],
    { ...online, website: 'pge.com', account: 'depository' },
  ),
  row('COMCAST XFINITY ########', 'Xfinity', ['RENT_AND_UTILITIES', 'INTERNET_AND_CABLE'], [7999, 14999], {
    ...online,
    website: 'xfinity.com',
  }),
  row('ADOBE *CREATIVE CLOUD', 'Adobe', ['GENERAL_SERVICES', 'OTHER_GENERAL_SERVICES'], [2099, 5999], {
    ...online,
    website: 'adobe.com',
  }),
  row('GOOGLE *CLOUD ######', 'Google Cloud', ['GENERAL_SERVICES', 'OTHER_GENERAL_SERVICES'], [312, 48800], {
    ...online,
    website: 'cloud.google.com',
  }),
  row('USPS PO ##########', 'USPS', ['GENERAL_SERVICES', 'POSTAGE_AND_SHIPPING'], [505, 6480], {
    website: 'usps.com',
  }),
  row('VENMO PAYMENT ##########', 'Venmo', ['TRANSFER_OUT', 'TRANSFER_OUT_FROM_APPS'], [1000, 25000], {
    ...other,
    channel: 'online',
    kind: 'payment_app',
    website: 'venmo.com',
    weight: 2,
  }),
  row('ATM WITHDRAWAL 00####', null, ['TRANSFER_OUT', 'WITHDRAWAL'], [2000, 40000], {
    ...other,
    kind: 'financial_institution',
    weight: 2,
  }),
  row('MONTHLY SERVICE FEE', null, ['BANK_FEES', 'OTHER_BANK_FEES'], [1200, 1200], {
    ...other,
    kind: 'financial_institution',
  }),
  row('ACH Electronic CreditGUSTO PAY ######', 'Gusto', ['INCOME', 'SALARY'], [-612000, -214500], {
    ...other,
    kind: 'income_source',
    website: 'gusto.com',
    weight: 2,
  }),
  row('STRIPE TRANSFER ST-########', 'Stripe', ['INCOME', 'OTHER'], [-184000, -4550], {
    ...other,
    kind: 'payment_terminal',
    website: 'stripe.com',
    weight: 3,
  }),
  row('INTRST PYMNT', null, ['INCOME', 'INTEREST_EARNED'], [-842, -11], {
    ...other,
    kind: 'financial_institution',
  }),
];
