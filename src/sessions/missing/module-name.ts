/** Longer than any that a wheel brings; what code raises may be of any length and hold anything. */
const maxModuleCharacters = 200;
const maxShownCharacters = 80;

const dottedName = /^[A-Za-z_]\w{0,99}(?:\.[A-Za-z_]\w{0,99}){0,9}$/;

/** The names of a dotted module, or undefined for what is none that a package could bring. */
export function readModuleName(module: string): readonly string[] | undefined {
  return module.length <= maxModuleCharacters && dottedName.test(module) ? module.split('.') : undefined;
}

/** Letters of other scripts that look like Latin ones, by what they look like. */
const lookAlikes: Readonly<Record<string, string>> = {
  ...{ а: 'a', α: 'a', ɑ: 'a', Ь: 'b', с: 'c', ϲ: 'c', ԁ: 'd', е: 'e', є: 'e', ɡ: 'g', һ: 'h', і: 'i', ι: 'i', ı: 'i' },
  ...{ ј: 'j', κ: 'k', к: 'k', ӏ: 'l', ⅼ: 'l', м: 'm', ո: 'n', п: 'n', η: 'n', о: 'o', ο: 'o', օ: 'o', р: 'p', ρ: 'p' },
  ...{ ԛ: 'q', г: 'r', ѕ: 's', т: 't', τ: 't', υ: 'u', ս: 'u', ν: 'v', ѵ: 'v', ѡ: 'w', ω: 'w', х: 'x', χ: 'x', у: 'y' },
  ...{ γ: 'y', ʏ: 'y', ᴢ: 'z', А: 'A', В: 'B', С: 'C', Е: 'E', Н: 'H', К: 'K', М: 'M', О: 'O', Р: 'P', Т: 'T', Х: 'X' },
};

/** The module that one with strange letters looks like; undefined where it is no name even then. */
export function readLookAlike(module: string): string | undefined {
  if (module.length > maxModuleCharacters) return undefined;
  const plain = module
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/\P{ASCII}/gu, (letter) => lookAlikes[letter] ?? letter);
  return readModuleName(plain)?.[0];
}

/** As it may be shown to people: bounded, and strange characters by their numbers. */
export function showModule(module: string): string {
  const shown = module.length > maxShownCharacters ? `${module.slice(0, maxShownCharacters)}…` : module;
  return shown.replace(/[^\x20-\x7e…]/gu, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}
