// The characters that PEP 508 lets a name have. Its own pattern is compared without regard to case, as Python's is.
const namePattern = /^(?:[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9])$/i;

/** The one spelling that PEP 503 gives a project's name. */
export function normalizeName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}

/** Whether PEP 508 accepts the text as a project's name. */
export function isProjectName(text: string): boolean {
  return text.length <= 200 && namePattern.test(text);
}
