/** The words that are not names in a module of TypeScript or JavaScript, and those that the program itself uses. */
const RESERVED = new Set(
    [
        "arguments await break case catch class const continue debugger default delete do else enum eval export extends",
        "false finally for function if implements import in instanceof interface let new null package private protected",
        "public return static super switch this throw true try typeof undefined var void while with yield",
        "exports module require databricks pulumi",
    ].flatMap((line) => line.split(" ")),
);

/** Letters of a name in code that are kept. */
const MOST = 60;

/**
 * The letters, marks and digits of names: of the scripts in wide use, as every compiler knows them. An identifier may hold
 * more, but which depends on the version of Unicode that a compiler was made for.
 */
const LETTERS = String.raw`a-z0-9\u00df-\u00f6\u00f8-\u017f\u0386-\u03ce\u0430-\u045f\u05d0-\u05ea\u0620-\u064a\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fa5\uac00-\ud7a3`;
const NO_LETTERS = new RegExp(`[^${LETTERS}]+|[^\\p{ID_Continue}]+`, "u");

/** Makes names for the objects of one program: valid ones, each used once. The same calls give the same names. */
export class Names {
    private readonly resources = new Set<string>();
    private readonly variables = new Set<string>(RESERVED);

    /** @param reserved further variables that the program uses. */
    constructor(reserved: readonly string[] = []) {
        for (const name of reserved) this.variables.add(name);
    }

    /**
     * The names of one object.
     *
     * @param type the class of its resource, such as `Workspace`.
     * @param name what people call the object; any text.
     */
    add(type: string, name: string): { readonly resource: string; readonly variable: string } {
        const words = wordsOf(name);
        const slug = words.length === 0 ? decapitalized(type) : words.join("-");
        const resource = firstFree(
            [slug],
            (number) => `${slug}-${number}`,
            (one) => !this.resources.has(`${type} ${one}`),
        );
        this.resources.add(`${type} ${resource}`);
        const base = variableOf(words, type);
        const withType = base.toLowerCase().endsWith(type.toLowerCase()) ? base : `${base}${type}`;
        const variable = firstFree(
            [base, withType],
            (number) => `${withType}${number}`,
            (one) => !this.variables.has(one),
        );
        this.variables.add(variable);
        return { resource, variable };
    }
}

/** The words of a text, in lower case, of letters and digits alone; marks over Latin letters are taken off. */
function wordsOf(text: string): string[] {
    const plain = text
        .normalize("NFKD")
        .replace(/[\u0300-\u036f]/g, "")
        .normalize("NFC")
        .toLowerCase();
    const letters = [...plain].slice(0, MOST).join("");
    return letters.split(NO_LETTERS).filter((word) => word !== "");
}

function variableOf(words: readonly string[], type: string): string {
    const [first = "", ...rest] = words;
    const name = [first, ...rest.map(capitalized)].join("");
    return /^\p{ID_Start}/u.test(name) ? name : `${decapitalized(type)}${capitalized(name)}`;
}

function firstFree(
    candidates: readonly string[],
    numbered: (number: number) => string,
    isFree: (name: string) => boolean,
): string {
    const found = candidates.find(isFree);
    if (found !== undefined) return found;
    for (let number = 2; ; number++) {
        const candidate = numbered(number);
        if (isFree(candidate)) return candidate;
    }
}

function capitalized(word: string): string {
    const [first = "", ...rest] = [...word];
    return `${first.toUpperCase()}${rest.join("")}`;
}

function decapitalized(word: string): string {
    return `${word.charAt(0).toLowerCase()}${word.slice(1)}`;
}
