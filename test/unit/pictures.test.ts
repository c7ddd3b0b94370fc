import { expect } from "chai";

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
        expect(svg).to.contain('y="48"><tspan').and.to.contain("<tspan> &#38; &#34;mor</tspan></text>");
        expect(svg).to.contain('y="66"><tspan>e&#34; of it</tspan></text>');
    });

    it("are the same for two runs that differ in ids, ports and times", () => {
        const run = (uuid: string, id: string, port: number, seconds: number) =>
            stableText()(`${uuid} ${uuid} http://localhost:${port} ${id} PROVISIONING for ${seconds} s (${seconds}s)`);
        expect(run("0f8fad5b-d9cb-469f-a165-70867728950e", "1234567890123456", 40000, 3)).to.equal(
            run("7c9e6679-7425-40de-944b-e07fc1f90ae7", "9876543210987654", 50000, 7),
        );
    });
});
