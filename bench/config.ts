/** What the floors' processes are told by the bench. */
export interface FloorConfig {
  port: number;
  /** Set for the intake floor. */
  databaseUrl: string;
  keyServerUrl: string;
  /** Set for the empty worker. */
  temporalAddress: string;
  taskQueue: string;
  reportPort: number;
}

/** @throws naming a variable that is absent */
export function readFloorConfig<N extends keyof FloorConfig>(...names: N[]): Pick<FloorConfig, N> {
  const value = (name: N): string | number => {
    const variable = `BENCH_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const text = process.env[variable];
    if (text === undefined) throw new Error(`${variable} is not set; the bench sets it.`);
    return /port$/i.test(name) ? Number(text) : text;
  };
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Pick<FloorConfig, N>;
}
