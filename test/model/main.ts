import { checkModel } from "./check";
import { observed } from "./world";

/** `npm run test:model [-- <sequences> [<seed>]]`: random lives of two stacks, in rounds whose seeds are printed. */
async function main(): Promise<void> {
    const [total = 10_000, first = Date.now() % 1_000_000] = process.argv.slice(2).map(wholeNumber);
    const round = 500;
    let failed = 0;
    for (let done = 0; done < total; done += round) {
        const seed = first + done / round;
        const runs = Math.min(round, total - done);
        const found = await checkModel({ runs, seed }).then(
            () => "held",
            (error: unknown) => {
                failed++;
                return error instanceof Error ? error.message : String(error);
            },
        );
        console.log(`seed ${seed}, ${runs} sequences: ${found}`);
    }
    console.log(
        Object.entries(observed)
            .map(([what, count]) => `${count} ${what}`)
            .join(", "),
    );
    console.log(failed === 0 ? `${total} sequences held.` : `${failed} rounds found what must not be.`);
    process.exitCode = failed === 0 ? 0 : 1;
}

function wholeNumber(text: string): number {
    if (!/^[1-9]\d*$/.test(text)) {
        console.error(`${text}: expected \`npm run test:model -- <sequences> <seed>\`, both whole numbers above 0.`);
        process.exit(2);
    }
    return Number(text);
}

void main();
