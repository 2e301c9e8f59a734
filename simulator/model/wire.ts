/**
 * A response type of the `plaid` package as it travels: string enums become their literal values, so that the
 * simulator can be checked against Plaid's types (`satisfies Wire<…>`) without loading the package at run time.
 */
export type Wire<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer U)[]
      ? Wire<U>[]
      : T extends object
        ? { [K in keyof T]: Wire<T[K]> }
        : T;
