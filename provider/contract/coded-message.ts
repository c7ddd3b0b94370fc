import { type Code, codes } from "./codes";

/** Whether there is such a code. */
export function isCode(code: string): code is Code {
    return Object.hasOwn(codes, code);
}

/** The code at the end of a message as a person sees it; `undefined` if it has none. */
export function codeIn(message: string): Code | undefined {
    const [, code] = /\[(CMK\d{4})\]$/.exec(message) ?? [];
    return code !== undefined && isCode(code) ? code : undefined;
}

/** A message as a person sees it: its code comes last. One that has a code keeps it. */
export function withCode(message: string, code: Code | undefined): string {
    return code === undefined || codeIn(message) !== undefined ? message : `${message} [${code}]`;
}
