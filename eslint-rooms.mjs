/**
 * Which room may import which: `index, lookups -> registry -> objects -> resource -> migration -> runtime -> api -> util, contract`,
 * never backwards.
 */
const ROOMS = [
    { name: "index", files: ["provider/index.ts"] },
    { name: "lookups", files: ["provider/lookups.ts", "provider/lookup-definitions.ts"] },
    { name: "registry", files: ["provider/registry.ts"] },
    { name: "objects", files: ["provider/objects/**/*.ts"] },
    { name: "resource", files: ["provider/resource/**/*.ts"] },
    { name: "migration", files: ["provider/migration/**/*.ts"] },
    { name: "runtime", files: ["provider/runtime/**/*.ts"] },
    { name: "api", files: ["provider/api/**/*.ts"] },
    { name: "util", files: ["provider/util/**/*.ts"] },
    { name: "contract", files: ["provider/contract/**/*.ts"] },
];

/** A path from any file of provider/ into one of these rooms. */
const into = (names) => `^\\.{1,2}/(\\.\\./)*(provider/)?(${names.join("|")})(/|$)`;

const noTests = { regex: "/test(/|$)", message: "Published code never imports the tests." };
const noProgram = { regex: "^(\\./)?(\\.\\./)+sdk(/|$)", message: "provider/ never imports sdk/." };

function forbidden(room, index) {
    const above = ROOMS.slice(0, index).map(({ name }) => name);
    // The two leaves stand alone, so that contract/ is all that sdk/ loads.
    const names = room.name === "util" ? [...above, "contract"] : above;
    if (room.name === "contract") return [{ regex: "^(?!node:|\\./)", message: "contract/ has no dependency." }];
    return names.length === 0
        ? []
        : [
              {
                  regex: into(names),
                  message: `provider/${room.name} may not import ${names.join(", ")} (ARCHITECTURE.md).`,
              },
          ];
}

/** The rules for provider/ and sdk/, one entry for each room: entries for one file do not add up, so each is whole. */
export const rooms = [
    ...ROOMS.map((room, index) => ({
        files: room.files,
        rules: { "no-restricted-imports": ["error", { patterns: [noTests, noProgram, ...forbidden(room, index)] }] },
    })),
    {
        files: ["sdk/**/*.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                {
                    paths: ["axios", "zod"],
                    patterns: [
                        noTests,
                        {
                            regex: "^(\\./)?(\\.\\./)+provider/(?!contract/)",
                            message:
                                "Of provider/, sdk/ imports contract/ alone; lookups go through provider-bridge.ts.",
                        },
                    ],
                },
            ],
        },
    },
    {
        // The one door to the provider's code: it knows types, and loads the rest at a program's first lookup.
        files: ["sdk/lookups/provider-bridge.ts"],
        rules: {
            "no-restricted-imports": ["error", { paths: ["axios", "zod"], patterns: [noTests] }],
            "@typescript-eslint/no-restricted-imports": [
                "error",
                { patterns: [{ regex: "/provider/(?!contract/)", allowTypeImports: true }] },
            ],
        },
    },
];
