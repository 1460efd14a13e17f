import type { Facts } from '../../policy/index.ts';
import type { AdvisoryData } from '../advisories/index.ts';

/** The facts of a plan, with what the advisories say of its packages now. */
export function renewAdvisories({ packages }: Facts, data: AdvisoryData): Facts {
  return {
    packages: packages.map((each) => {
      const { name, version } = each;
      return version === undefined ? each : { ...each, advisories: [...data.find(name, version)] };
    }),
    ...(data.asOf === undefined ? {} : { advisoryData: { asOf: data.asOf } }),
  };
}
