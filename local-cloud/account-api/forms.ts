/** What a field's value has to be like: in words, and as a test. */
export type Form = readonly [words: string, test: (value: unknown) => boolean];

export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The ids that AWS gives, such as `vpc-0123456789abcdef0`. */
export const awsId = (prefix: string) => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`);

export const textOf = (least: number, most: number): Form => [
    `must have ${least} to ${most} characters`,
    (value) => typeof value === "string" && value.length >= least && value.length <= most,
];

export const matching = (form: RegExp): Form => [
    `must match ${form.source}`,
    (value) => typeof value === "string" && form.test(value),
];

export const listOf = (form: RegExp, least: number, most = Number.POSITIVE_INFINITY): Form => [
    `must be a list of at least ${least}${most === Number.POSITIVE_INFINITY ? "" : ` and at most ${most}`} distinct ids`,
    (value) =>
        Array.isArray(value) &&
        value.length >= least &&
        value.length <= most &&
        new Set(value).size === value.length &&
        value.every((one) => typeof one === "string" && form.test(one)),
];

export const oneOf = (...words: string[]): Form => [
    `must be one of ${words.join(", ")}`,
    (value) => words.includes(String(value)),
];

export const boolean: Form = ["must be true or false", (value) => typeof value === "boolean"];
