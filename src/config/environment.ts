/** What the process was started with; nothing else in src/ reads it. */
export type Environment = Readonly<Record<string, string | undefined>>;

export const environment = (): Environment => process.env;
