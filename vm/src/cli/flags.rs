//! The table of command-line flags.
//!
//! Each flag is declared once: spellings, value, help, effect. Parsing, the
//! usage text and `-h` are derived from the table.

use super::options::{Options, Program};

/// Wrong use of the command line: what to tell the user. Exit status 2.
#[derive(Debug, PartialEq, Eq)]
pub struct UsageError(pub String);

/// What a flag does.
pub enum Effect {
    /// A switch.
    Set(fn(&mut Options)),
    /// A flag with a value, attached or as the next word.
    Value(&'static str, fn(&mut Options, &str) -> Result<(), UsageError>),
    /// Like `Value`, but it names the program: what follows belongs to it.
    Program(&'static str, fn(&str) -> Program),
}

/// One row of the table.
pub struct Flag {
    /// Spellings: `-x` for a letter, `--word` for a word.
    pub spellings: &'static [&'static str],
    /// What it does.
    pub effect: Effect,
    /// One or more lines for `-h`.
    pub help: &'static str,
}

use Effect::{Program as Prog, Set, Value};

/// All flags, in the order `-h` lists them.
pub const FLAGS: &[Flag] = &[
    Flag {
        spellings: &["-b"],
        effect: Set(|o| o.settings.bytes_warning += 1),
        help: "warn about str(bytes) and comparisons of bytes with str (-bb: errors)",
    },
    Flag {
        spellings: &["-B"],
        effect: Set(|o| o.settings.write_bytecode = false),
        help: "don't write .pyc files on import; also PYTHONDONTWRITEBYTECODE=x",
    },
    Flag {
        spellings: &["-c"],
        effect: Prog("cmd", |text| Program::Command(text.to_owned())),
        help: "program passed in as string (ends the option list)",
    },
    Flag {
        spellings: &["-d"],
        effect: Set(|o| o.settings.debug += 1),
        help: "accepted for compatibility; also PYTHONDEBUG=x",
    },
    Flag {
        spellings: &["-E"],
        effect: Set(|o| o.settings.ignore_environment = true),
        help: "ignore PYTHON* and TAIPAN_* environment variables",
    },
    Flag {
        spellings: &["-h", "-?", "--help"],
        effect: Set(|o| o.program = Program::Help),
        help: "print this text and exit",
    },
    Flag {
        spellings: &["-i"],
        effect: Set(|o| {
            o.settings.inspect = true;
            o.settings.interactive = true;
        }),
        help: "go on interactively after the program; also PYTHONINSPECT=x",
    },
    Flag {
        spellings: &["-I"],
        effect: Set(|o| {
            o.settings.isolated = true;
            o.settings.ignore_environment = true;
            o.settings.user_site_directory = false;
            o.settings.safe_path = true;
        }),
        help: "isolate from the user's environment (implies -E, -P and -s)",
    },
    Flag {
        spellings: &["-m"],
        effect: Prog("mod", |name| Program::Module(name.to_owned())),
        help: "run a library module as a script (ends the option list)",
    },
    Flag {
        spellings: &["-O"],
        effect: Set(|o| o.settings.optimize += 1),
        help: "drop assert statements (-OO: docstrings too); also PYTHONOPTIMIZE=x",
    },
    Flag {
        spellings: &["-P"],
        effect: Set(|o| o.settings.safe_path = true),
        help: "don't put the script's directory on sys.path; also PYTHONSAFEPATH=x",
    },
    Flag {
        spellings: &["-q"],
        effect: Set(|o| o.settings.quiet = true),
        help: "no version banner on interactive start",
    },
    Flag {
        spellings: &["-R"],
        effect: Set(|o| o.random_hash_seed = true),
        help: "random hash seed even if PYTHONHASHSEED is set",
    },
    Flag {
        spellings: &["-s"],
        effect: Set(|o| o.settings.user_site_directory = false),
        help: "don't add the user's site directory; also PYTHONNOUSERSITE=x",
    },
    Flag {
        spellings: &["-S"],
        effect: Set(|o| o.settings.import_site = false),
        help: "don't import site at start",
    },
    Flag {
        spellings: &["-u"],
        effect: Set(|o| o.settings.buffered_stdio = false),
        help: "unbuffered stdout and stderr; also PYTHONUNBUFFERED=x",
    },
    Flag {
        spellings: &["-v"],
        effect: Set(|o| o.settings.verbose += 1),
        help: "trace import statements; also PYTHONVERBOSE=x",
    },
    Flag {
        spellings: &["-V", "--version"],
        effect: Set(|o| o.version += 1),
        help: "print the version and exit (-VV: more about the build)",
    },
    Flag {
        spellings: &["-W"],
        effect: Value("arg", |o, text| {
            o.warn_flags.push(text.to_owned());
            Ok(())
        }),
        help: "warning control: action:message:category:module:lineno;\nalso PYTHONWARNINGS=arg",
    },
    Flag {
        spellings: &["-x"],
        effect: Set(|o| o.skip_first_line = true),
        help: "skip the first line of the source",
    },
    Flag {
        spellings: &["-X"],
        effect: Value("opt", Options::set_x_option),
        help: "implementation option, among them\n\
               jit=off|lir|baseline|full   how far to compile; also TAIPAN_JIT\n\
               dev, faulthandler, utf8[=0|1], int_max_str_digits=n, cpu_count=n,\n\
               no_debug_ranges, warn_default_encoding",
    },
    Flag {
        spellings: &["--check-hash-based-pycs"],
        effect: Value("mode", Options::set_hash_pycs),
        help: "always|default|never: how hash-based .pyc files are checked",
    },
    Flag {
        spellings: &["--dump"],
        effect: Value("forms", Options::set_dump),
        help: "bytecode,hir,lir,asm,llvm[:function]: print what is compiled",
    },
    Flag {
        spellings: &["--jit-stats"],
        effect: Set(|o| o.jit.stats = true),
        help: "print what was compiled, and how long it took, at exit",
    },
];

fn find(spelling: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|f| f.spellings.contains(&spelling))
}

/// Reads the words after the program's own name into `options`.
pub fn parse(
    words: impl IntoIterator<Item = String>,
    options: &mut Options,
) -> Result<(), UsageError> {
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        if word == "-" || !word.starts_with('-') {
            options.program = match &*word {
                "-" => Program::Stdin,
                path => Program::Script(path.to_owned()),
            };
            options.set_argv(word, words);
            return Ok(());
        }
        if word == "--" {
            // As CPython: the end of the options, the program follows.
            if let Some(path) = words.next() {
                options.program = Program::Script(path.clone());
                options.set_argv(path, words);
            }
            return Ok(());
        }
        let stop = if word.starts_with("--") {
            parse_word(&word, &mut words, options)?
        } else {
            parse_letters(&word, &mut words, options)?
        };
        if stop {
            return Ok(());
        }
    }
    Ok(())
}

/// `--word`, `--word=value`, `--word value`. True if the program is known now.
fn parse_word(
    word: &str,
    rest: &mut impl Iterator<Item = String>,
    options: &mut Options,
) -> Result<bool, UsageError> {
    let (spelling, attached) = match word.split_once('=') {
        Some((spelling, value)) => (spelling, Some(value.to_owned())),
        None => (word, None),
    };
    let Some(flag) = find(spelling) else {
        return Err(UsageError(format!("unknown option {word}")));
    };
    apply(flag, spelling, attached, rest, options)
}

/// `-abc`, `-Wvalue`, `-W value`. True if the program is known now.
fn parse_letters(
    word: &str,
    rest: &mut impl Iterator<Item = String>,
    options: &mut Options,
) -> Result<bool, UsageError> {
    let mut letters = word[1..].chars();
    while let Some(letter) = letters.next() {
        let spelling = format!("-{letter}");
        let Some(flag) = find(&spelling) else {
            return Err(UsageError(format!("Unknown option: {spelling}")));
        };
        if let Set(set) = flag.effect {
            set(options);
            continue;
        }
        let attached = Some(letters.as_str()).filter(|s| !s.is_empty());
        return apply(flag, &spelling, attached.map(str::to_owned), rest, options);
    }
    Ok(false)
}

fn apply(
    flag: &Flag,
    spelling: &str,
    attached: Option<String>,
    rest: &mut impl Iterator<Item = String>,
    options: &mut Options,
) -> Result<bool, UsageError> {
    let mut value = || {
        attached.clone().or_else(|| rest.next()).ok_or_else(|| {
            UsageError(format!("Argument expected for the {spelling} option"))
        })
    };
    match flag.effect {
        Set(set) => {
            if attached.is_some() {
                return Err(UsageError(format!("option {spelling} takes no value")));
            }
            set(options);
            Ok(false)
        }
        Value(_, take) => {
            take(options, &value()?)?;
            Ok(false)
        }
        Prog(_, program) => {
            options.program = program(&value()?);
            options.set_argv(spelling.to_owned(), rest);
            Ok(true)
        }
    }
}

/// The first line of the help, also printed after a usage error.
pub fn usage(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...")
}

/// The whole of `-h`.
pub fn help(program: &str) -> String {
    let mut text = usage(program) + "\nOptions (and corresponding environment variables):\n";
    for flag in FLAGS {
        let mut head = flag.spellings.join(", ");
        if let Value(metavar, _) | Prog(metavar, _) = &flag.effect {
            let joint = if head.starts_with("--dump") { '=' } else { ' ' };
            head.push(joint);
            head.push_str(metavar);
        }
        let mut lines = flag.help.lines();
        let first = lines.next().unwrap_or_default();
        if head.len() > 8 {
            text += &format!("{head}\n         {first}\n");
        } else {
            text += &format!("{head:<7}: {first}\n");
        }
        for line in lines {
            text += &format!("         {line}\n");
        }
    }
    text + "\nArguments:\n\
            file   : program read from script file, directory or zip archive\n\
            -      : program read from stdin (default; interactive mode if a tty)\n\
            arg ...: arguments passed to program in sys.argv[1:]\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Options, UsageError> {
        let mut options = Options::default();
        parse(words.iter().map(|w| w.to_string()), &mut options)?;
        Ok(options)
    }

    #[test]
    fn words_after_the_program_belong_to_it() {
        let options = parsed(&["-I", "script.py", "-x", "--dump"]).unwrap();
        assert_eq!(options.program, Program::Script("script.py".into()));
        assert_eq!(options.settings.argv, ["script.py", "-x", "--dump"]);
        assert!(options.settings.isolated && !options.skip_first_line);
    }

    #[test]
    fn letters_cluster_and_values_attach() {
        let options = parsed(&["-sSXjit=off", "-Bc", "print(1)", "a"]).unwrap();
        assert_eq!(options.program, Program::Command("print(1)".into()));
        assert_eq!(options.settings.argv, ["-c", "a"]);
        assert!(!options.settings.import_site && !options.settings.write_bytecode);
        assert_eq!(options.jit.tier, taipan_jit::options::TierMode::Off);
    }

    #[test]
    fn wrong_use_is_reported() {
        for (words, message) in [
            (&["-Z"][..], "Unknown option: -Z"),
            (&["--nope"], "unknown option --nope"),
            (&["-c"], "Argument expected for the -c option"),
            (&["-X", "jit=fast"], "-X jit: expected off, lir, baseline or full, not 'fast'"),
            (&["--dump=hir,x86"], "--dump: expected bytecode, hir, lir, asm or llvm, not 'x86'"),
        ] {
            assert_eq!(parsed(words).err(), Some(UsageError(message.into())));
        }
    }

    #[test]
    fn no_spelling_is_declared_twice() {
        let mut all: Vec<_> = FLAGS.iter().flat_map(|f| f.spellings).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
