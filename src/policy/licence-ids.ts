import exceptions from 'spdx-exceptions/index.json' with { type: 'json' };
import current from 'spdx-license-ids/index.json' with { type: 'json' };
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };

const canonicalIds = new Map([...deprecated, ...current].map((id) => [id.toLowerCase(), id]));
const canonicalExceptions = new Map(exceptions.map((id) => [id.toLowerCase(), id]));

export const licenceIds: readonly string[] = [...canonicalIds.values()];

/** The list's own spelling of a licence's id, whatever its case (PEP 639); undefined where it is on no list. */
export function canonicalLicenceId(text: string): string | undefined {
  const reference = /^LicenseRef-([A-Za-z0-9.-]+)$/i.exec(text);
  return reference === null ? canonicalIds.get(text.toLowerCase()) : `LicenseRef-${reference[1]}`;
}

export function canonicalExceptionId(text: string): string | undefined {
  return canonicalExceptions.get(text.toLowerCase());
}

/** `GPL-2.0` and `GPL-2.0+` are old spellings of `GPL-2.0-only` and `GPL-2.0-or-later`. */
export function modernSpelling(id: string, hasPlus: boolean): { readonly id: string; readonly hasPlus: boolean } {
  const modern = canonicalIds.get(`${id}-${hasPlus ? 'or-later' : 'only'}`.toLowerCase());
  return modern === undefined ? { id, hasPlus } : { id: modern, hasPlus: false };
}
