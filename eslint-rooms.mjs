/**
 * Which room of provider/ may import which: `index, lookups -> registry -> objects -> resource -> migration -> runtime -> api -> util, contract`,
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

/** A path out of a file's own folder that leads into one of these folders of the repository. */
const outTo = (names) => `^(\\./)?(\\.\\./)+(${names.join("|")})(/|$)`;

const noTests = { regex: "/test(/|$)", message: "Published code never imports the tests." };
const noProgram = {
    regex: outTo(["sdk", "cli", "local-cloud", "plugin"]),
    message: "provider/ never imports sdk/, cli/, local-cloud/ or plugin/.",
};
const noCommands = {
    regex: outTo(["cli", "local-cloud", "plugin"]),
    message: "sdk/ never imports cli/, local-cloud/ or plugin/.",
};
const onlyProvider = {
    regex: outTo(["sdk", "cli", "local-cloud"]),
    message: "plugin/ imports provider/ alone: a plugin has no program. (Its components are run by components.ts.)",
};
const noCommandsOrCloud = {
    regex: outTo(["cli", "local-cloud"]),
    message: "plugin/components.ts imports sdk/ and provider/ alone.",
};

/** Which room of local-cloud/ may import which other ones; each may import the files of `CLOUD_BASE`. */
const CLOUD_ROOMS = {
    "account-api": ["workspace-api", "oidc", "aws", "people"],
    "workspace-api": ["people"],
    oidc: [],
    aws: ["kms"],
    kms: [],
    people: [],
};

/** The files of local-cloud/ that everything in it is built on. */
const CLOUD_BASE = ["behavior", "guard", "http", "json", "loopback-server", "routes"];

/** What local-cloud/ uses of the product that it stands in for: the evaluation of key policies, names, checks of Node.js. */
const cloudOutside = {
    regex: "^(\\./)?(\\.\\./)+(cli/|provider/(?!contract/|api/host$)|sdk/(?!aws-sdk$|peers$|policy-documents$|policy/))",
    message: "local-cloud/ imports neither cli/ nor other parts of provider/ and sdk/ than eslint-rooms.mjs lists.",
};

function cloudRoom(name, others) {
    const allowed = [...others.map((other) => `${other}/`), ...CLOUD_BASE.map((file) => `${file}$`), "\\.\\./"];
    return {
        regex: `^\\.\\./(?!${allowed.join("|")})`,
        message: `local-cloud/${name} may import ${[...others, ...CLOUD_BASE].join(", ")} alone (eslint-rooms.mjs).`,
    };
}

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

const restricted = (files, ...patterns) => ({
    files,
    rules: { "no-restricted-imports": ["error", { patterns: [noTests, ...patterns] }] },
});

/** The rules for each folder that is published, one entry for each room: entries for one file do not add up, so each is whole. */
export const rooms = [
    ...ROOMS.map((room, index) => restricted(room.files, noProgram, ...forbidden(room, index))),
    restricted(["local-cloud/*.ts"], cloudOutside),
    restricted(
        CLOUD_BASE.map((file) => `local-cloud/${file}.ts`),
        cloudOutside,
        { regex: `^\\./(?!(${CLOUD_BASE.join("|")})$)`, message: "The base of local-cloud/ imports itself alone." },
    ),
    ...Object.entries(CLOUD_ROOMS).map(([name, others]) =>
        restricted([`local-cloud/${name}/**/*.ts`], cloudOutside, cloudRoom(name, others)),
    ),
    restricted(["cli/**/*.ts"]),
    restricted(["plugin/**/*.ts"], onlyProvider),
    // The program's classes, in a process of their own.
    restricted(["plugin/components.ts"], noCommandsOrCloud),
    ...[
        ["adopt", "contract", "drill"],
        ["contract", "adopt", "drill"],
        ["drill", "adopt", "contract"],
    ].map(([name, ...others]) =>
        restricted([`cli/${name}/**/*.ts`], {
            regex: outTo(others),
            message: `cli/${name} never imports ${others.map((other) => `cli/${other}`).join(" or ")}; what both need is in cli/.`,
        }),
    ),
    {
        files: ["sdk/**/*.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                {
                    paths: ["axios", "zod"],
                    patterns: [
                        noTests,
                        noCommands,
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
        // The one entry point to the provider's code: it knows types, and loads the rest at a program's first lookup.
        files: ["sdk/lookups/provider-bridge.ts"],
        rules: {
            "no-restricted-imports": ["error", { paths: ["axios", "zod"], patterns: [noTests, noCommands] }],
            "@typescript-eslint/no-restricted-imports": [
                "error",
                { patterns: [{ regex: "/provider/(?!contract/)", allowTypeImports: true }] },
            ],
        },
    },
];
