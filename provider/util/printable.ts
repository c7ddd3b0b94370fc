/**
 * A name or a line as a terminal may show it: control characters, line breaks and whatever else cannot be seen or turns
 * the direction of a line are escapes, such as `\u001b`. Names of objects and principals are anybody's texts.
 */
export function printable(text: string): string {
    return text.replace(/[\p{C}\u2028\u2029]/gu, escape);
}

/** The same of a text with several lines: its line feeds stay. JSON stays the same JSON. */
export function printableLines(text: string): string {
    return text.replace(/[^\P{C}\n]|[\u2028\u2029]/gu, escape);
}

function escape(character: string): string {
    return [...Array(character.length).keys()]
        .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
        .join("");
}
