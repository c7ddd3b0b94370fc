/** How deep JSON may be nested: far deeper than any request needs, and no deeper than any function here can walk. */
const DEPTH = 200;

/** The value of a JSON text from outside. Throws `SyntaxError`, for JSON that is nested too deeply as well. */
export function parseJson(text: string): unknown {
    let depth = 0;
    for (let at = 0; at < text.length; at++) {
        const character = text[at];
        if (character === '"') at = endOfString(text, at);
        else if (character === "[" || character === "{") depth++;
        else if (character === "]" || character === "}") depth--;
        if (depth > DEPTH) throw new SyntaxError(`The JSON is nested deeper than ${DEPTH} levels`);
    }
    return JSON.parse(text);
}

/** Where a string that begins here ends; brackets in it open nothing. */
function endOfString(text: string, start: number): number {
    for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
        let before = end;
        while (text[before - 1] === "\\") before--;
        if ((end - before) % 2 === 0) return end;
    }
    return text.length;
}
