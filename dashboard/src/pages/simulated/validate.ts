/** Says `message` while nothing is entered. */
export const needed =
  (message: string) =>
  (value: string): string | null =>
    value.trim() === '' ? message : null;

export const wholeNumber =
  (least: number, most: number) =>
  (value: string): string | null =>
    /^\s*\d{1,9}\s*$/.test(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `A whole number from ${least} to ${most}.`;

/** An amount keeps its digits: it is never made a number here. */
export const decimalNumber = (value: string): string | null =>
  /^\s*-?\d{1,20}(\.\d{1,20})?\s*$/.test(value) ? null : 'An amount like 12.34.';
