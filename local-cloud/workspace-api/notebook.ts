import { parseJson } from "../json";
import type { Language } from "./tree";

/** What a notebook holds. */
export interface NotebookContent {
    /** The code, without the header that marks a notebook. */
    readonly source: Buffer;
    /** Results of its cells. SOURCE does not carry them. */
    readonly outputs?: readonly unknown[];
    /** Widgets and dashboards. Only DBC and HTML carry them. */
    readonly extras?: unknown;
    /** What it needs on serverless compute: `{ dependencies: [...], environment_version }`. SOURCE does not carry it. */
    readonly environment?: unknown;
}

interface Syntax {
    readonly extension: string;
    readonly comment: string;
}

/** How each language's source files look. */
export const languages: Readonly<Record<Language, Syntax>> = {
    PYTHON: { extension: "py", comment: "#" },
    SQL: { extension: "sql", comment: "--" },
    SCALA: { extension: "scala", comment: "//" },
    R: { extension: "r", comment: "#" },
};

/** The language that a file name's extension stands for. */
export function languageOf(path: string): Language | undefined {
    const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
    return keysOf(languages).find((language) => languages[language].extension === extension);
}

/** The line that marks a source file as a notebook. */
function headerOf(language: Language): string {
    return `${languages[language].comment} Databricks notebook source`;
}

/** Whether a source file is a notebook: it begins with the header of its language. */
export function hasHeader(bytes: Buffer, language: Language): boolean {
    const header = headerOf(language);
    const start = bytes.subarray(0, header.length + 1).toString("latin1");
    return start === header || start === `${header}\n`;
}

/** A notebook's source file: its header and its code. */
export function toSource(language: Language, code: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${headerOf(language)}\n`), code]);
}

/** The code of a source file, with or without the header. */
export function fromSource(language: Language, bytes: Buffer): Buffer {
    return hasHeader(bytes, language) ? bytes.subarray(headerOf(language).length + 1) : bytes;
}

/** What stands between two cells of a source file. */
export function cellSeparator(language: Language): string {
    return `\n\n${languages[language].comment} COMMAND ----------\n\n`;
}

/** A notebook's content in one buffer, as it is encrypted and stored. */
export function pack({ source, ...others }: NotebookContent): Buffer {
    const rest = Buffer.from(JSON.stringify(others));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(rest.length);
    return Buffer.concat([length, rest, source]);
}

/** The content that `pack` put into one buffer. */
export function unpack(bytes: Buffer): NotebookContent {
    const end = 4 + bytes.readUInt32BE(0);
    const rest = parseJson(bytes.subarray(4, end).toString()) as Omit<NotebookContent, "source">;
    return { ...rest, source: bytes.subarray(end) };
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
    return Object.keys(record) as Key[];
}
