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
