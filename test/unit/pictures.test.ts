import { expect } from "chai";

import { sortedRequests } from "../pictures/order";
import { Screen } from "../pictures/screen";
import { stableText } from "../pictures/stable";
import { terminalPicture } from "../pictures/svg";

const texts = (screen: Screen) => screen.lines().map((runs) => runs.map(({ text }) => text).join(""));

describe("the pictures of a terminal", () => {
    it("show what is on the screen after lines were written again, as Pulumi's display does", () => {
        const screen = new Screen();
        screen.write(
            "one\r\ntwo, longer\r\n\x1b[2A\x1b[Kfirst\r\n\x1b[Ksecond\r\n\x1b[?25l\x1b]0;title\x07third\r\n\r\n",
        );
        expect(texts(screen)).to.deep.equal(["first", "second", "third"]);
    });

    it("keep colors, wrap long lines, and escape what a file of XML cannot hold as it is", () => {
        const screen = new Screen();
        screen.write('\x1b[1m\x1b[38;5;9m+-<workspace>\x1b[0m & "more" of it');
        const svg = terminalPicture(screen, "pulumi preview", 20);
        expect(svg).to.contain(' fill="#ff7b72" font-weight="bold">+-&#60;workspace&#62;</tspan>');
        expect(svg).to.match(/y="48"[^>]*><tspan.*>&#38;<\/tspan><\/text>/);
        expect(svg).to.match(/y="66"[^>]*><tspan x="14"[^>]*>&#34;more&#34; of it<\/tspan><\/text>/);
    });

    it("are the same for two runs that differ in ids, ports and times", () => {
        const run = (uuid: string, id: string, port: number, seconds: number) =>
            stableText()(`${uuid} ${uuid} http://localhost:${port} ${id} PROVISIONING for ${seconds} s`);
        expect(run("0f8fad5b-d9cb-469f-a165-70867728950e", "1234567890123456", 40000, 3)).to.equal(
            run("7c9e6679-7425-40de-944b-e07fc1f90ae7", "9876543210987654", 50000, 7),
        );
    });

    /** Pulumi's table on a terminal whose status column has this width. */
    const table = (status: number, ...rows: [name: string, status: string, info: string][]) => {
        const screen = new Screen();
        const line = (...[name, what, info]: [string, string, string]) =>
            ` +   a:b:C  ${name.padEnd(6)}${what}\x1b[0m${" ".repeat(status - what.replace(/\x1b\[[\d;]*m/g, "").length)}${info}`;
        const header = `     Type   Name  ${"Status".padEnd(status)}Info`;
        screen.write(["Updating:", header, ...rows.map((row) => line(...row)), "", "created (9s)"].join("\r\n"));
        return screen;
    };

    it("are the same whatever the times and the moving dots of Pulumi's table", () => {
        const bold = "\x1b[1m\x1b[38;5;2m";
        const picture = (one: string, two: string) =>
            terminalPicture(table(20, ["one", one, "info"], ["two", two, ""]), "pulumi up", 80);
        const now = picture(`${bold}creating (9s)\x1b[0m${bold}...`, "created (1s)");
        expect(picture(`${bold}creating (12s)\x1b[0m${bold}.`, "created (0.12s)")).to.equal(now);
        expect(now).to.contain("creating (13s)...").and.contain("created (0.05s)").and.contain("created (9s)");
    });

    for (const width of [17, 18, 20, 25, 40]) {
        it(`keep the columns of the real screen where the status has ${width} of them`, () => {
            const screen = table(width, ["one", "creating (9s)...", "info"], ["two", "created (1s)", "more"]);
            const svg = terminalPicture(screen, "pulumi up", 120);
            const columnOf = (word: string) =>
                /x="([\d.]+)"/.exec(svg.split(`>${word}</tspan>`)[0]?.split("<tspan").at(-1) ?? "")?.[1];
            const real = texts(screen)[1]?.indexOf("Info") ?? 0;
            expect(real).to.equal(18 + width);
            for (const word of ["Info", "info", "more"])
                expect(Number(columnOf(word)), word).to.be.closeTo(14 + real * 7.8, 0.1);
        });
    }

    it("place each word by itself, so that a font with other widths moves no column", () => {
        const screen = new Screen();
        screen.write("│  ├─ one  two words   \x1b[31mthree");
        const spans = [
            ...terminalPicture(screen, "", 40).matchAll(/<tspan x="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]*)/g),
        ];
        expect(spans.map(([, x, length, text]) => [Number(x), Number(length), text])).to.deep.equal([
            [14, 7.8, "│"],
            [37.4, 46.8, "├─ one"],
            [99.8, 70.2, "two words"],
            [193.4, 39, "three"],
        ]);
    });

    it("are the same in whatever order Pulumi registers resources and objects are created", () => {
        const picture = (...lines: string[]) => {
            const screen = new Screen();
            screen.write(lines.join("\r\n"));
            return terminalPicture(screen, "pulumi up", 80);
        };
        const key = "a:b:Key    one  \x1b[32mcreated\x1b[0m";
        const bucket = "a:b:Bucket  one  \x1b[32mcreated\x1b[0m";
        const alias = "a:b:Alias   one  \x1b[32mcreated\x1b[0m";
        const one = picture("Up:", ` +   ├─ ${key}`, ` +   │  └─ ${alias}`, ` +   └─ ${bucket}`, "", "Resources:");
        expect(one).to.equal(
            picture("Up:", ` +   ├─ ${bucket}`, ` +   └─ ${key}`, ` +      └─ ${alias}`, "", "Resources:"),
        );
        const log = ["kms CreateKey", "GET /accounts/1/keys", "GET /accounts/1/credentials", "POST /accounts/1/keys"];
        const later = ["GET /accounts/1/workspaces", "GET /accounts/1/credentials"];
        expect(sortedRequests([...log, ...later])).to.deep.equal([log[0], log[2], log[1], log[3], ...later]);
    });

    it("end a row between words, and begin the next one where the line begins", () => {
        const screen = new Screen();
        screen.write("  the workspace is replaced");
        const rows = [...terminalPicture(screen, "", 16).matchAll(/<tspan x="([\d.]+)"[^>]*>([^<]*)/g)];
        expect(rows.map(([, x, row]) => [x, row])).to.deep.equal([
            ["29.6", "the workspace"],
            ["29.6", "is replaced"],
        ]);
    });
});
