import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { findInterpreter } from '../../src/environments/index.ts';
import type { PythonBuild } from '../../src/environments/pythons/index.ts';
import type { StoredBytecode } from '../../src/environments/bytecode/index.ts';
import type { StoredWheel } from '../../src/environments/wheel-store/index.ts';
import { makeWheel, type WheelDescription } from './wheels.ts';

/** Unpacks as Python's own zipfile does, sorts by scheme and seals. */
const unpackProgram = `
import configparser, hashlib, json, os, re, stat, sys, zipfile
wheel, target = sys.argv[1:]
files, points, info = [], [], None
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        if member.is_dir():
            continue
        top, _, rest = member.filename.partition("/")
        scheme, path = "site", member.filename
        if top.endswith(".data"):
            scheme, _, path = rest.partition("/")
            scheme = {"purelib": "site", "platlib": "site"}.get(scheme, scheme)
        elif top.endswith(".dist-info"):
            info = top
            if rest in ("RECORD", "RECORD.jws", "RECORD.p7s"):
                continue
        content = archive.read(member)
        place = os.path.join(target, "tree", scheme, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        executable = bool((member.external_attr >> 16) & 0o111)
        with open(place, "wb") as file:
            file.write(content)
        os.chmod(place, 0o555 if executable else 0o444)
        if scheme == "site" and rest == "entry_points.txt" and top == info:
            points = content.decode()
        files.append({
            "scheme": scheme, "path": path, "sha256": hashlib.sha256(content).hexdigest(), "sizeBytes": len(content),
            "isExecutable": executable, "isPythonScript": scheme == "scripts" and content.startswith(b"#!python"),
        })
entries = []
if points:
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(points)
    for group in ("console_scripts", "gui_scripts"):
        for name, value in parser.items(group) if parser.has_section(group) else []:
            module, attribute = re.match(r"([^:\\[\\s]+)\\s*:\\s*([^\\s\\[]+)", value).groups()
            entries.append({"group": group, "name": name, "module": module, "attribute": attribute})
name, version = info[:-len(".dist-info")].split("-", 1)
print(json.dumps({
    "name": re.sub(r"[-_.]+", "-", name).lower(), "version": version, "distInfo": info,
    "files": sorted(files, key=lambda file: (file["scheme"], file["path"])), "entryPoints": entries,
}))
`;

const compileProgram = `
import hashlib, json, os, py_compile, sys
tree, target, seen = sys.argv[1:]
files = []
for folder, _, names in os.walk(tree):
    for name in names:
        source = os.path.join(folder, name)
        if not name.endswith(".py"):
            continue
        inner = os.path.relpath(folder, tree)
        path = os.path.normpath(os.path.join(inner, "__pycache__", f"{name[:-3]}.{sys.implementation.cache_tag}.pyc"))
        place = os.path.join(target, path)
        py_compile.compile(source, place, os.path.join(seen, inner, name), True, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        os.chmod(place, 0o444)
        with open(place, "rb") as file:
            content = file.read()
        files.append({"path": path, "sizeBytes": len(content), "sha256": hashlib.sha256(content).hexdigest()})
print(json.dumps(sorted(files, key=lambda file: file["path"])))
`;

/** The machine's Python, as an environment is made for it. */
export async function findTestPython(): Promise<PythonBuild> {
  const interpreter = await findInterpreter();
  const tag = runPython(interpreter.executable, 'import sys; print(sys.implementation.cache_tag)').trim();
  return { ...interpreter, tag, build: '0'.repeat(64) };
}

/** Unpacks a wheel from its bytes, without a store and without glass. */
export function unpackWheel(folder: string, wheel: { filename: string; bytes: Buffer }, python: string): StoredWheel {
  const sha256 = createHash('sha256').update(wheel.bytes).digest('hex');
  const target = join(folder, sha256);
  mkdirSync(target, { recursive: true });
  const archive = join(target, wheel.filename);
  writeFileSync(archive, wheel.bytes);
  const told = JSON.parse(runPython(python, unpackProgram, archive, target)) as Omit<StoredWheel, 'folder' | 'sha256'>;
  const installedBytes = told.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { ...told, sha256, filename: wheel.filename, folder: join(target, 'tree'), installedBytes };
}

/** Makes a wheel and unpacks it. */
export function unpackMade(folder: string, description: WheelDescription, python: string): StoredWheel {
  return unpackWheel(folder, makeWheel(description), python);
}

/** Compiles all of an unpacked wheel, without a store and without glass. */
export function compileUnpacked(wheel: StoredWheel, python: PythonBuild): StoredBytecode {
  const folder = join(wheel.folder, '..', 'bytecode');
  const seen = `/belljar/environment/lib/python${python.version.split('.').slice(0, 2).join('.')}/site-packages`;
  mkdirSync(folder);
  const told = runPython(python.executable, compileProgram, join(wheel.folder, 'site'), folder, seen);
  return { folder, files: JSON.parse(told) as StoredBytecode['files'], failures: [] };
}

function runPython(python: string, program: string, ...args: readonly string[]): string {
  return execFileSync(python, ['-I', '-c', program, ...args], { encoding: 'utf8' });
}
