/**
 * Whether a text matches a pattern of a policy: `*` stands for any number of characters, `?` for one. Linear in memory and
 * without regular expressions, which such patterns could make exponential.
 */
export function matchesPattern(pattern: string, text: string): boolean {
    let position = 0;
    let patternPosition = 0;
    let star = -1;
    let starPosition = 0;
    while (position < text.length) {
        const wanted = pattern[patternPosition];
        if (wanted === "*") {
            star = patternPosition++;
            starPosition = position;
        } else if (wanted === "?" || wanted === text[position]) {
            patternPosition++;
            position++;
        } else if (star >= 0) {
            patternPosition = star + 1;
            position = ++starPosition;
        } else {
            return false;
        }
    }
    while (pattern[patternPosition] === "*") patternPosition++;
    return patternPosition === pattern.length;
}

/** Whether a pattern matches every text. */
export function matchesEverything(pattern: string): boolean {
    return /^\*+$/.test(pattern);
}

/** The six parts of an ARN; the last one holds the rest, colons included. */
function partsOf(arn: string): string[] {
    const parts = arn.split(":");
    return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

/** Whether an ARN matches a pattern, part by part: a wildcard never crosses one of the first five colons. */
export function matchesArn(pattern: string, arn: string): boolean {
    if (matchesEverything(pattern)) return true;
    const wanted = partsOf(pattern);
    const actual = partsOf(arn);
    return wanted.length === actual.length && wanted.every((part, index) => matchesPattern(part, actual[index] ?? ""));
}

/**
 * A text that both patterns match; `undefined`: there is none. The wildcards of the first stand for as little as they can.
 *
 * @param filler what stands for a `?` that the other pattern leaves open.
 */
export function commonText(one: string, other: string, filler = "x"): string | undefined {
    const width = other.length + 1;
    const matching = commonSuffixes(one, other);
    if (matching[0] !== 1) return undefined;
    const text: string[] = [];
    let [i, j] = [0, 0];
    while (i < one.length || j < other.length) {
        const [left, right] = [one[i], other[j]];
        if (left === "*" && matching[(i + 1) * width + j] === 1) i++;
        else if (right === "*" && matching[i * width + j + 1] === 1) j++;
        else {
            text.push([left, right].find((sign) => sign !== undefined && sign !== "*" && sign !== "?") ?? filler);
            if (left !== "*") i++;
            if (right !== "*") j++;
        }
    }
    return text.join("");
}

/** For each two suffixes of the patterns, in one row after the other, whether a text matches both. */
function commonSuffixes(one: string, other: string): Uint8Array {
    const width = other.length + 1;
    const matching = new Uint8Array((one.length + 1) * width);
    matching[matching.length - 1] = 1;
    for (let i = one.length; i >= 0; i--) {
        for (let j = other.length; j >= 0; j--) {
            const [left, right] = [one[i], other[j]];
            const [below, beside] = [(i + 1) * width + j, i * width + j + 1];
            // A star ends, or takes the other's next sign.
            const star =
                (left === "*" && (matching[below] === 1 || (right !== undefined && matching[beside] === 1))) ||
                (right === "*" && (matching[beside] === 1 || (left !== undefined && matching[below] === 1)));
            const isSign = left !== undefined && right !== undefined && left !== "*" && right !== "*";
            const alike = isSign && (left === right || left === "?" || right === "?");
            if (star || (alike && matching[below + 1] === 1)) matching[i * width + j] = 1;
        }
    }
    return matching;
}
