/** The metrics of a CVSS vector (`AV:N/AC:L/…`, its version taken off); undefined where it is none. */
export function readMetrics(vector: string): ReadonlyMap<string, string> | undefined {
  const metrics = new Map<string, string>();
  for (const part of vector.split('/')) {
    const [, name, value] = /^([A-Za-z]{1,3}):([A-Za-z]{1,6})$/.exec(part) ?? [];
    if (name === undefined || value === undefined || metrics.has(name)) return undefined;
    metrics.set(name, value);
  }
  return metrics;
}

/** One weight for each metric, in the order of the table; undefined where one is missing or has no such value. */
export function weigh(
  metrics: ReadonlyMap<string, string>,
  table: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Record<string, number> | undefined {
  const weights: Record<string, number> = {};
  for (const [name, values] of Object.entries(table)) {
    const value = metrics.get(name);
    if (value === undefined || !Object.hasOwn(values, value)) return undefined;
    weights[name] = values[value] ?? 0;
  }
  return weights;
}
