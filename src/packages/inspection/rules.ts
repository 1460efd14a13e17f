/** Why a wheel is refused, by name; docs/inspection.md tells each. */
export const refusalRules = {
  'archive.form': 'It is no whole ZIP archive.',
  'archive.hidden': 'The archive holds bytes that its directory does not account for.',
  'archive.headers': 'The directory and the headers before the files tell different things.',
  'archive.method': 'A file is encrypted, or packed in a way that wheels may not use.',
  'archive.content': 'What is unpacked is not what was announced.',
  'archive.name': 'A file has a name that means another place, another name, or nothing.',
  'archive.duplicate': 'Two files have one name, or names that some file systems take for one.',
  'archive.kind': 'An entry is neither a plain file nor a folder, or would give its rights away.',
  'archive.size': 'It is larger than is let in, or unpacks to far more than it weighs.',
  'wheel.name': 'The file’s name is not that of a wheel.',
  'wheel.folder': 'The .dist-info or .data folder is missing, there twice, or another package’s.',
  'wheel.file': 'The WHEEL file is missing, unreadable, or says something else than the file’s name.',
  'wheel.record': 'RECORD is missing, or does not agree with the files.',
  'wheel.metadata': 'METADATA is missing, unreadable, or says something else than the file’s name.',
  'wheel.sidecar': 'The metadata that the index gives out is not the wheel’s.',
  'wheel.target': 'A file would land where files of others lie.',
  'wheel.script': 'A program would take the name of one that people count on, or has no name for a program.',
  'inspection.time': 'Opening it took longer than is let in.',
  'inspection.memory': 'Opening it took more memory than is let in.',
  'inspection.failed': 'The program that opens wheels failed over it.',
} as const;

export type RefusalRule = keyof typeof refusalRules;
