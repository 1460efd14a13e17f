export const controllers = ['memory', 'pids', 'cpu', 'cpuacct'] as const;
export type Controller = (typeof controllers)[number];

/** Where groups with one controller may be made: found controller by controller, as machines mix both versions. */
export type CgroupPlace =
  | {
      readonly version: 1 | 2;
      readonly folder: string;
      /** What is in use on this machine and does not count against the limit. */
      readonly leaves?: 'swap';
    }
  | { readonly version: 'none'; readonly why: string; readonly remedy?: string };

export type CgroupPlaces = Readonly<Record<Controller, CgroupPlace>>;
