import type { Verdict } from '../words.ts';
import type { CandidateFacts, FileFacts, PackageFacts } from './facts.ts';
import type { LicenceExpression, LicenceLeaf } from './licence-expression.ts';
import type { MissingFact } from './packages-schema.ts';
import type { Policy } from './policy-schema.ts';

/** What one rule says of one package, before waivers. */
export interface Finding {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly matched: string;
  readonly message: string;
  readonly subject: Subject;
  readonly isMissingFact?: true;
}

/** What a finding is about, and so which waivers can lift it. */
export type Subject =
  /** Lifted by a waiver for the version or the file. */
  | { readonly kind: 'package'; readonly file?: FileFacts }
  /** Where it comes from: a version number, which anyone can publish anywhere, is no reason to lift it. */
  | { readonly kind: 'source' }
  | { readonly kind: 'advisory'; readonly ids: readonly string[] }
  | {
      readonly kind: 'licence';
      /** Undefined where the licence is not known. */
      readonly expression: LicenceExpression | undefined;
      readonly verdictOf: (leaf: LicenceLeaf) => Verdict;
    }
  /** Malware, quarantine, what cannot be verified, and what could hide one of these: no waiver lifts it. */
  | { readonly kind: 'final' };

/** One package, or another version of it, as the rules look at it. */
export interface Inquiry {
  readonly policy: Policy;
  readonly facts: PackageFacts | (CandidateFacts & Pick<PackageFacts, 'name' | 'specifier' | 'lookalike'>);
  readonly now: Date;
}

export const final: Subject = { kind: 'final' };
export const aboutPackage: Subject = { kind: 'package' };
export const aboutSource: Subject = { kind: 'source' };

/** The finding of a fact that is not known. */
export function missingFact(
  { policy }: Inquiry,
  fact: MissingFact,
  finding: Pick<Finding, 'matched' | 'message'> & { readonly subject?: Subject },
): Finding {
  return {
    subject: aboutPackage,
    ...finding,
    rule: `packages.missing.${fact}`,
    verdict: policy.packages.missing[fact],
    isMissingFact: true,
  };
}
