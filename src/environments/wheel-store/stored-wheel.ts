/** A file of a stored wheel. */
export interface StoredFile {
  /** Which folder of an environment it belongs to: the packages, the programs, or elsewhere. */
  readonly scheme: 'site' | 'scripts' | 'headers' | 'data';
  /** From the scheme's folder on. */
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** A program that begins with `#!python`: its first line is to be rewritten. */
  readonly isPythonScript: boolean;
}

/** A program that installers write for a wheel, and the function behind it. */
export interface StoredEntryPoint {
  readonly group: 'console_scripts' | 'gui_scripts';
  readonly name: string;
  readonly module: string;
  readonly attribute: string;
}

/** A wheel, unpacked, held against its RECORD and sealed: nothing in it is ever written again. */
export interface StoredWheel {
  /** Of the wheel itself. */
  readonly sha256: string;
  readonly filename: string;
  /** As PEP 503 spells it, and the version as METADATA has it. */
  readonly name: string;
  readonly version: string;
  /** The name of the folder: `numpy-2.1.0.dist-info`. */
  readonly distInfo: string;
  /** On the host; the files lie at `<scheme>/<path>` below it. */
  readonly folder: string;
  /** Sorted; RECORD and what signs it are left out. */
  readonly files: readonly StoredFile[];
  readonly entryPoints: readonly StoredEntryPoint[];
  readonly installedBytes: number;
}
