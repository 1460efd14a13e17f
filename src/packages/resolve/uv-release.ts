/** A wheel of uv as the index has it: what does not have this hash is not it. */
export interface UvWheel {
  readonly filename: string;
  readonly sha256: string;
  /** Where the program lies in the wheel. */
  readonly member: string;
}

/** The one engine for resolving and installing; another version is a change here, and of nothing else. */
export const uvVersion = '0.13.9';

const member = `uv-${uvVersion}.data/scripts/uv`;

const wheels: Readonly<Record<string, UvWheel>> = {
  'linux-x64': {
    filename: `uv-${uvVersion}-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`,
    sha256: 'd7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19',
    member,
  },
  'linux-arm64': {
    filename: `uv-${uvVersion}-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl`,
    sha256: '5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe',
    member,
  },
};

/** The wheel of uv for a machine; undefined where there is none that we know. */
export function findUvWheel(platform: string = process.platform, arch: string = process.arch): UvWheel | undefined {
  return wheels[`${platform}-${arch}`];
}
