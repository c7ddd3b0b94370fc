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
        expect(svg).to.contain('<tspan fill="#ff7b72" font-weight="bold">+-&#60;workspace&#62;</tspan>');
        expect(svg).to.contain('y="48"><tspan').and.to.contain("<tspan> &#38;</tspan></text>");
        expect(svg).to.contain('y="66"><tspan>&#34;more&#34; of it</tspan></text>');
    });

    it("are the same for two runs that differ in ids, ports and times", () => {
        const run = (uuid: string, id: string, port: number, seconds: number) =>
            stableText()(
                `${uuid} ${uuid} http://localhost:${port} ${id} PROVISIONING for ${seconds} s, created (${seconds}s)`,
            );
        expect(run("0f8fad5b-d9cb-469f-a165-70867728950e", "1234567890123456", 40000, 3)).to.equal(
            run("7c9e6679-7425-40de-944b-e07fc1f90ae7", "9876543210987654", 50000, 7),
        );
    });

    it("are the same whatever the times and the moving dots of Pulumi's table", () => {
        const row = (status: string) => {
            const screen = new Screen();
            screen.write(stableText()(status));
            return screen.lines();
        };
        const bold = "\x1b[1m\x1b[38;5;2m";
        const now = row(`${bold}creating (9s)\x1b[0m${bold}...\x1b[0m    \x1b[0minfo`);
        expect(row(`${bold}creating (12s)\x1b[0m${bold}\x1b[0m      info`)).to.deep.equal(now);
        expect(now.flat()[0]).to.deep.equal({ text: "creating (13s)...", style: "1 32" });
        expect(row("\x1b[38;5;2mcreated (1s)\x1b[0m        info")).to.deep.equal(
            row("\x1b[38;5;2mcreated (0.12s)\x1b[0m     info"),
        );
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
        const rows = [...terminalPicture(screen, "", 16).matchAll(/y="\d\d"><tspan>(.*)<\/tspan>/g)];
        expect(rows.map(([, row]) => row?.replace("</tspan><tspan>", ""))).to.deep.equal([
            "  the workspace",
            "  is replaced",
        ]);
    });
});
