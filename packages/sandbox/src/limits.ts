/** Ceilings of the sandbox that no job sets, each with its reason. What a job sets is `ExecutionLimits`. */

/** A longer name fits no common file system, and would not arrive at the requester's. */
export const maxNameBytes = 255;
/** As PATH_MAX of Linux: libraries of the guest allocate no more. */
export const maxPathBytes = 4096;
/** Folders inside folders: walks over the tree stay shallow. */
export const maxFolderDepth = 64;
/** Files and folders that one unit holds at once in /out and /tmp together; each costs some 300 bytes of ours. */
export const maxFiles = 10_000;
/** As the usual `ulimit -n`; the guest sees "too many open files". */
export const maxDescriptors = 1024;
/** What /tmp may hold: it is the child's memory, which the machine's owner lends. */
export const maxTemporaryBytes = 256 * 1024 * 1024;
/** IOV_MAX of POSIX. */
export const maxIoVectors = 1024;
/** Subscriptions in one poll; each is 48 bytes of guest memory and one event. */
export const maxSubscriptions = 1024;
/** Files in /in: beyond this a job wants one archive or one dataset shard. */
export const maxInputs = 4096;
/** Arguments and environment together, as ARG_MAX is in practice. */
export const maxArgumentBytes = 256 * 1024;

/** Virtual time starts there, so that no run knows when it happens: 2020-01-01T00:00:00Z. */
export const clockEpochNs = 1_577_836_800_000_000_000n;
/** Each look at the clock moves it so far: programs that wait for a while end soon. */
export const clockStepNs = 100_000n;

/** Largest program taken: the biggest known useful ones (language runtimes, pandoc) have some 60 MB. */
export const maxModuleBytes = 128 * 1024 * 1024;
/** Largest script: bundles of whole libraries have a few megabytes, and an interpreter keeps several times that. */
export const maxScriptBytes = 8 * 1024 * 1024;

/** As V8 itself; pandoc has 620,000. */
export const maxModuleFunctions = 1_000_000;
/** Far above what compilers emit; bounds V8's work. */
export const maxModuleGlobals = 100_000;
/** As above; compilers emit one. */
export const maxModuleTables = 100;
/** Elements of all tables at their start together: V8 allocates them at once. */
export const maxTableElements = 10_000_000;
/** The unit in which guest memory grows, by the standard. */
export const wasmPageBytes = 65_536;
/** Stack that recursive functions of a guest may use together, counted the same on every machine; V8 has twice that. */
export const guestStackBytes = 2 * 1024 * 1024;
/** Fuel of a unit without a limit: months of work, and exact in a number. */
export const unlimitedFuel = Number.MAX_SAFE_INTEGER;
/** Programs up to this size are compiled by V8's optimising compiler from the start; larger ones (interpreters of 1 MB would need 4 s) begin in its baseline. */
export const maxOptimisedAtOnceBytes = 768 * 1024;

/** One read of an input travels as one frame of this size: measured fastest (2 GB/s; half that at 64 KiB). */
export const inputWindowBytes = 1024 * 1024;
/** Small reads of an input that lies in a file are served from one block of this size: a call of the system costs ten small copies. */
export const inputBlockBytes = 32 * 1024;
/** Windows kept of each unit, so that a few files read in turns do not thrash. */
export const inputWindows = 8;
/** Guest output is gathered up to here before it is sent to the parent. */
export const outputChunkBytes = 64 * 1024;
/** Files of /out go to the parent through a file of this size that both hold open, over and over: no child can fill more of any disk. */
export const outputWindowBytes = 4 * 1024 * 1024;
/** A part of that file, told to the parent as soon as it is full: measured fastest, while the other side empties the one before. */
export const outputSlotBytes = 1024 * 1024;
/** Smaller files of /out go through the channel, where there is nothing to wait for. */
export const smallFileBytes = 128 * 1024;
/** No frame is larger, in either direction, except the program itself. */
export const maxFrameBytes = inputWindowBytes + 64 * 1024;
/** The message of a failure, cut there: it travels in facts. */
export const maxFailureTextChars = 500;

/** Loading, checking and compiling a program; far above what 60 MB need. */
export const prepareMs = 120_000;
/** A child that is not ready by then is not coming; starting takes 50-300 ms. */
export const childStartMs = 20_000;
/** Idle children of one submitter are kept so long: the next unit of the same lease comes at once. */
export const childIdleMs = 60_000;
/** A child is replaced after so many units, in case something creeps. */
export const childMaxUnits = 10_000;
/** Compiled programs kept in one child. */
export const childMaxModules = 4;
/** Short units of one program go to a child together, as many as it does in that time: each message wakes it once. */
export const batchMs = 5;
/** At most so many, however short they are: their results come together, and nobody else has the slot meanwhile. */
export const maxBatchUnits = 32;
/** A unit that lasts so long in front of others is no short one: those behind it go where there is room. */
export const batchPatienceMs = 50;
/** What one unit counts among those before it, where the length of the next ones is guessed. */
export const paceWeight = 0.2;
/** Kinds of units whose length is remembered. */
export const maxPaces = 64;
/** Executions that wait for a slot; the engine's window keeps it far lower. */
export const maxQueuedExecutions = 10_000;
/** What /in, /out and /tmp of an engine that is no WASI command may hold, each: disks in memory, which the machine's owner lends. */
export const hostedDiskBytes = 1024 * 1024 * 1024;

/** JavaScript heap of a child of such an engine: inputs pass through it. */
export const hostedHeapMegabytes = 2048;

/** What native programs and containers hold in /out is counted so often: they write to a real disk. */
export const outsideLookMs = 100;
/** Processes and threads of one native program; older kernels count those of its user elsewhere as well. */
export const nativeProcesses = 1024;
/** A container engine that does not say its version by then is none. */
export const containerToolMs = 10_000;
/** Processes and threads of one container. */
export const containerPids = 256;

/** JavaScript heap of a child: the WASI state; the guest's memory is outside it. */
export const childHeapMegabytes = 128;
/** What a unit may say at once of what it has found so far: it travels to the requester again and again. */
export const maxPartialBytes = 4096;
/** Progress, and what was found so far, are told at most once in that time, each. */
export const progressIntervalMs = 200;
/** Backstop for the data of a whole child, of which a guest may have 4 GiB at most. */
export const childMemoryBackstopBytes = 6 * 1024 * 1024 * 1024;
/** Stack of a child; the usual `ulimit -s` is 8 MiB. Recursive programs need more than V8's own 1 MiB. */
export const childStackKilobytes = 3900;
/** What a child says on stderr, kept for the message when it crashes. */
export const childStderrChars = 2000;
/** A throttled unit runs and stands still within this time: short enough for a fan not to follow, long enough for a timer to hit. */
export const throttlePeriodMs = 100;
/** What a throttled unit had too much or too little is made up for, up to so much. */
export const throttleForgetMs = 1000;
/** Turns of the loop that measures a peer's speed at its start: some 80 ms of one core, or a second of a slow one. */
export const speedProgramLoops = 40_000_000;
/** Runs from this length on tell how fast a peer is; what a shorter one takes is mostly not its program. */
export const speedSampleMs = 20;
/** What one run counts among those before it: one program that is oddly slow changes little. */
export const speedWeight = 0.1;
/** Least share of a core that a unit may be held to: below, the periods' own cost shows. */
export const minCpuShare = 0.05;
/** Lines of log that a unit may write in one second of real time; more are left out, and counted. */
export const maxLogLinesPerSecond = 1000;
/** Grace for children to vanish after SIGKILL, at stop. */
export const childStopMs = 2000;
/** A spare child that died by itself is replaced after that time, not at once: starting may be what fails. */
export const childRestartMs = 1000;

/** Values on the stack of a stopped program. Its stack is bounded by count; ten times that is room for what the count leaves out. */
export const maxFrameValuesBytes = 32 * 1024 * 1024;
/** Fuel between two looks at the clock, at first; later as much as takes pauseMs. */
export const firstSliceFuel = 1_000_000;
/** A running program is asked so often whether it is to be stopped: one host call each time. */
export const pauseMs = 5;
/** A running unit asks its parent so often for its wishes; it reads the answer the next time, and so never waits. */
export const tickMs = 50;
/** Changed pages and state that one checkpoint may bring: they pass through the parent's memory. */
export const maxCheckpointBytes = 512 * 1024 * 1024;
/** A unit that is to be saved because the peer stops has so long for it. */
export const checkpointStopMs = 5000;
/** Pages of 64 KiB that the image of a program may have: its memory of at most 4 GiB, and 512 MiB of state. */
export const maxImagePages = 65_536 + 8192;
/** A movable program in V8's baseline code leaves and enters its functions again after that time, and after twice that, and so on. */
export const bounceMs = 100;
