const DECIMAL = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** True for an exact decimal that is also a JSON number literal: `-12`, `0.1234567`, `123456789012345678.1234567`. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text);

/** The decimal text of a double, without exponent, so that it can stand in JSON as a literal. */
export const decimalOfNumber = (value: number): string => {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, '');
};

const parts = (decimal: string): { digits: bigint; scale: number } => {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
};

/** Exact sum of two decimals; keeps the larger scale. */
export const addDecimals = (left: string, right: string): string => {
  const a = parts(left);
  const b = parts(right);
  const scale = Math.max(a.scale, b.scale);
  const sum = a.digits * 10n ** BigInt(scale - a.scale) + b.digits * 10n ** BigInt(scale - b.scale);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(digits.length - scale)}`;
  return sum < 0n ? `-${text}` : text;
};

/** True when the decimal is below zero: money that came in, in Plaid's sign. */
export const isInflow = (decimal: string): boolean => decimal.startsWith('-') && /[1-9]/.test(decimal);
