/** ELF, PE, and Mach-O in its four writings and for several processors at once. */
const signatures: ReadonlySet<string> = new Set([
  'feedface',
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  'cafebabe',
  '7f454c46',
]);

/** Whether a file is a program or library for a processor, by what it begins with or what its name says. */
export function isNativeCode(path: string, head: Buffer): boolean {
  const signature = head.subarray(0, 4).toString('hex');
  // Compiled Java begins as Mach-O for several processors does.
  if (signatures.has(signature) && !(signature === 'cafebabe' && path.endsWith('.class'))) return true;
  if (head.subarray(0, 2).toString('latin1') === 'MZ' && /\.(?:exe|dll|pyd|sys)$/i.test(path)) return true;
  return /\.(?:so|pyd|dylib|dll)$|\.so\.[0-9.]+$/i.test(path);
}
