import { z } from 'zod';

import { BelljarError } from '../errors.ts';
import type { MimeBundle } from '../sessions/index.ts';

/** Notebook files keep text as one string or as its lines; here it is one string. */
const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]);
const metadata = z.record(z.string(), z.unknown()).default({});
const count = z.int().nonnegative().nullable().default(null);
const bundle = z.record(z.string(), z.unknown()).transform(joinLines);

const outputSchema = z.discriminatedUnion('output_type', [
  z.looseObject({ output_type: z.literal('stream'), name: z.string(), text }),
  z.looseObject({ output_type: z.literal('display_data'), data: bundle, metadata }),
  z.looseObject({ output_type: z.literal('execute_result'), data: bundle, metadata, execution_count: count }),
  z.looseObject({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const common = { id: z.string().optional(), metadata, source: text.default('') };

const cellSchema = z.discriminatedUnion('cell_type', [
  z.looseObject({
    ...common,
    cell_type: z.literal('code'),
    execution_count: count,
    outputs: z.array(outputSchema).default([]),
  }),
  z.looseObject({ ...common, cell_type: z.literal('markdown') }),
  z.looseObject({ ...common, cell_type: z.literal('raw') }),
]);

/** Version 4 of the format, any minor one. What it does not name is kept as it was. */
export const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.int().nonnegative(),
  metadata,
  cells: z.array(cellSchema),
});

export type Notebook = z.infer<typeof notebookSchema>;
export type Cell = z.infer<typeof cellSchema>;
export type CodeCell = Extract<Cell, { cell_type: 'code' }>;
export type Output = z.infer<typeof outputSchema>;

/** What is JSON itself is a value; everything else is text. */
export function isJsonMime(mime: string): boolean {
  return mime === 'application/json' || (mime.startsWith('application/') && mime.endsWith('+json'));
}

function joinLines(data: Record<string, unknown>): MimeBundle {
  return Object.fromEntries(Object.entries(data).map(([mime, value]) => [mime, joinValue(mime, value)]));
}

function joinValue(mime: string, value: unknown): unknown {
  const isLines = Array.isArray(value) && value.every((line) => typeof line === 'string');
  return isLines && !isJsonMime(mime) ? value.join('') : value;
}

/** The tags of a cell; what stands there and is no list of them counts as none. */
export function tagsOf(cell: Cell): readonly string[] {
  const tags = cell.metadata['tags'];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}

const languageSchema = z.object({
  language_info: z.object({ name: z.string() }).optional().catch(undefined),
  kernelspec: z.object({ language: z.string() }).optional().catch(undefined),
});

/** @throws NOTEBOOK_INVALID where the notebook says that it is for another language. */
export function requirePython(notebook: Notebook): void {
  const { language_info: info, kernelspec } = languageSchema.parse(notebook.metadata);
  const language = info?.name ?? kernelspec?.language;
  if (language === undefined || /^i?python3?$/i.test(language)) return;
  throw new BelljarError('NOTEBOOK_INVALID', `the notebook is for “${language.slice(0, 40)}”, and only Python is run`, {
    hint: 'Where it is Python after all, choose a Python kernel for it in Jupyter and save it.',
  });
}
