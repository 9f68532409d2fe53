//! Everything the command line and the environment say, in one struct.

use std::env;

use rustpython_vm::Settings;
use taipan_jit::options::{DUMP_KINDS, DumpSet, JitOptions, TIER_MODES, TierMode};

use super::flags::UsageError;

/// What to run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Program {
    /// Nothing was named: a prompt on a terminal, else standard input.
    #[default]
    Unnamed,
    /// `-`: standard input.
    Stdin,
    /// `-c`.
    Command(String),
    /// `-m`.
    Module(String),
    /// A file, a directory or a zip archive.
    Script(String),
    /// `-h`.
    Help,
}

/// The parsed command line.
pub struct Options {
    /// What to run.
    pub program: Program,
    /// What the interpreter itself takes.
    pub settings: Settings,
    /// What the compiler takes.
    pub jit: JitOptions,
    /// How often `-V` was given.
    pub version: u8,
    /// `-x`.
    pub skip_first_line: bool,
    /// `-R`.
    pub random_hash_seed: bool,
    /// `-W` arguments, in order.
    pub warn_flags: Vec<String>,
    /// Whether `-X jit` was given: it beats `TAIPAN_JIT`.
    tier_given: bool,
}

impl Default for Options {
    fn default() -> Self {
        let mut settings = Settings::default();
        // The interpreter's own locale detection is incomplete.
        settings.utf8_mode = 1;
        Self {
            program: Program::Unnamed,
            settings,
            jit: JitOptions::default(),
            version: 0,
            skip_first_line: false,
            random_hash_seed: false,
            warn_flags: Vec::new(),
            tier_given: false,
        }
    }
}

/// "a, b or c" of the first column of a table.
fn alternatives<T>(table: &[(&str, T)]) -> String {
    let names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

fn parse_tier(origin: &str, text: &str) -> Result<TierMode, UsageError> {
    TierMode::parse(text).ok_or_else(|| {
        UsageError(format!(
            "{origin}: expected {}, not '{text}'",
            alternatives(TIER_MODES)
        ))
    })
}

fn parse_digits_limit(origin: &str, text: Option<&str>) -> Result<i64, UsageError> {
    match text.and_then(|t| t.parse().ok()) {
        Some(limit @ (0 | 640..)) => Ok(limit),
        _ => Err(UsageError(format!(
            "{origin}: invalid limit; must be >= 640 or 0 for unlimited."
        ))),
    }
}

fn parse_switch(origin: &str, text: Option<&str>) -> Result<i8, UsageError> {
    match text {
        None | Some("1") => Ok(1),
        Some("0") => Ok(0),
        _ => Err(UsageError(format!("{origin}=n: n is missing or invalid"))),
    }
}

/// The outcome of one `-X` option.
type XResult = Result<(), UsageError>;

/// `-X` options with a meaning here. Any other name is only kept in
/// `sys._xoptions`, as CPython does.
const X_OPTIONS: &[(&str, fn(&mut Options, Option<&str>) -> XResult)] = &[
    ("jit", |o, value| {
        o.jit.tier = parse_tier("-X jit", value.unwrap_or("full"))?;
        o.tier_given = true;
        Ok(())
    }),
    ("dev", |o, _| {
        o.settings.dev_mode = true;
        Ok(())
    }),
    ("faulthandler", |o, _| {
        o.settings.faulthandler = true;
        Ok(())
    }),
    ("warn_default_encoding", |o, _| {
        o.settings.warn_default_encoding = true;
        Ok(())
    }),
    ("no_debug_ranges", |o, _| {
        o.settings.code_debug_ranges = false;
        Ok(())
    }),
    ("utf8", |o, value| {
        o.settings.utf8_mode = parse_switch("-X utf8", value)?;
        Ok(())
    }),
    ("int_max_str_digits", |o, value| {
        o.settings.int_max_str_digits = parse_digits_limit("-X int_max_str_digits", value)?;
        Ok(())
    }),
    ("cpu_count", |o, value| o.set_cpu_count("-X cpu_count", value)),
    ("thread_inherit_context", |o, value| {
        o.settings.thread_inherit_context = parse_switch("-X thread_inherit_context", value)? == 1;
        Ok(())
    }),
];

impl Options {
    /// `-X name[=value]`.
    pub fn set_x_option(&mut self, text: &str) -> Result<(), UsageError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        if let Some((_, set)) = X_OPTIONS.iter().find(|(known, _)| *known == name) {
            set(self, value)?;
        }
        self.settings
            .xoptions
            .push((name.to_owned(), value.map(str::to_owned)));
        Ok(())
    }

    /// `--dump`.
    pub fn set_dump(&mut self, text: &str) -> Result<(), UsageError> {
        self.jit.dump = DumpSet::parse(text).map_err(|word| {
            UsageError(format!(
                "--dump: expected {}, not '{word}'",
                alternatives(DUMP_KINDS)
            ))
        })?;
        Ok(())
    }

    /// `--check-hash-based-pycs`.
    pub fn set_hash_pycs(&mut self, text: &str) -> Result<(), UsageError> {
        self.settings.check_hash_pycs_mode = text.parse().map_err(|_| {
            UsageError("--check-hash-based-pycs must be one of 'default', 'always', or 'never'".into())
        })?;
        Ok(())
    }

    /// `sys.argv`: how the program was named, then its own arguments.
    pub fn set_argv(&mut self, first: String, rest: impl Iterator<Item = String>) {
        self.settings.argv = std::iter::once(first).chain(rest).collect();
    }

    fn set_cpu_count(&mut self, origin: &str, value: Option<&str>) -> Result<(), UsageError> {
        self.settings.cpu_count = match value {
            Some("default") => None,
            Some(text) if text.parse::<i32>().is_ok_and(|n| n > 0) => text.parse().ok(),
            _ => {
                return Err(UsageError(format!(
                    "{origin}=n option: n is missing or an invalid number, n must be greater than 0"
                )));
            }
        };
        Ok(())
    }

    /// Adds what the environment says, where flags allow it, and combines the
    /// sources of warning filters. Call once, after the flags.
    pub fn add_environment(&mut self) -> Result<(), UsageError> {
        if !self.settings.ignore_environment {
            for (name, apply) in ENVIRONMENT {
                if let Some(value) = env::var_os(name).filter(|v| !v.is_empty()) {
                    apply(self, &value.to_string_lossy())?;
                }
            }
        }
        let settings = &mut self.settings;
        let mut filters = Vec::new();
        if settings.dev_mode {
            settings.faulthandler = true;
            filters.push("default".to_owned());
        }
        // From the environment (gathered above), then flags, then -b: the last wins.
        filters.append(&mut settings.warnoptions);
        filters.append(&mut self.warn_flags);
        match settings.bytes_warning {
            0 => {}
            1 => filters.push("default::BytesWarning".to_owned()),
            _ => filters.push("error::BytesWarning".to_owned()),
        }
        settings.warnoptions = filters;
        if settings.argv.is_empty() {
            settings.argv.push(String::new());
        }
        Ok(())
    }
}

fn counted(value: &str) -> u8 {
    value.parse().unwrap_or(1)
}

/// What one variable of the environment does when it is set and not empty.
type FromEnvironment = fn(&mut Options, &str) -> XResult;

/// The variables that are read at start.
const ENVIRONMENT: &[(&str, FromEnvironment)] = &[
    ("TAIPAN_JIT", |o, value| {
        if !o.tier_given {
            o.jit.tier = parse_tier("TAIPAN_JIT", value)?;
        }
        Ok(())
    }),
    ("PYTHONPATH", |o, value| {
        let paths = env::split_paths(value).map(|p| p.to_string_lossy().into_owned());
        o.settings.path_list.extend(paths);
        Ok(())
    }),
    ("PYTHONOPTIMIZE", |o, value| {
        o.settings.optimize = o.settings.optimize.max(counted(value));
        Ok(())
    }),
    ("PYTHONVERBOSE", |o, value| {
        o.settings.verbose = o.settings.verbose.max(counted(value));
        Ok(())
    }),
    ("PYTHONDEBUG", |o, value| {
        o.settings.debug = o.settings.debug.max(counted(value));
        Ok(())
    }),
    ("PYTHONNOUSERSITE", |o, _| {
        o.settings.user_site_directory = false;
        Ok(())
    }),
    ("PYTHONDONTWRITEBYTECODE", |o, _| {
        o.settings.write_bytecode = false;
        Ok(())
    }),
    ("PYTHONSAFEPATH", |o, _| {
        o.settings.safe_path = true;
        Ok(())
    }),
    ("PYTHONINSPECT", |o, _| {
        o.settings.inspect = true;
        Ok(())
    }),
    ("PYTHONUNBUFFERED", |o, _| {
        o.settings.buffered_stdio = false;
        Ok(())
    }),
    ("PYTHONFAULTHANDLER", |o, _| {
        o.settings.faulthandler = true;
        Ok(())
    }),
    ("PYTHONDEVMODE", |o, _| {
        o.settings.dev_mode = true;
        Ok(())
    }),
    ("PYTHONNODEBUGRANGES", |o, _| {
        o.settings.code_debug_ranges = false;
        Ok(())
    }),
    ("PYTHONWARNDEFAULTENCODING", |o, _| {
        o.settings.warn_default_encoding = true;
        Ok(())
    }),
    ("PYTHONUTF8", |o, value| {
        o.settings.utf8_mode = parse_switch("PYTHONUTF8", Some(value))?;
        Ok(())
    }),
    ("PYTHONINTMAXSTRDIGITS", |o, value| {
        o.settings.int_max_str_digits = parse_digits_limit("PYTHONINTMAXSTRDIGITS", Some(value))?;
        Ok(())
    }),
    ("PYTHON_CPU_COUNT", |o, value| o.set_cpu_count("PYTHON_CPU_COUNT", Some(value))),
    ("PYTHONHASHSEED", |o, value| {
        if value == "random" || o.random_hash_seed {
            return Ok(());
        }
        let seed = value.parse::<u32>().map_err(|_| {
            UsageError(
                "PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]".into(),
            )
        })?;
        o.settings.hash_seed = Some(seed);
        Ok(())
    }),
    ("PYTHONIOENCODING", |o, value| {
        let (encoding, errors) = value.split_once(':').unwrap_or((value, ""));
        let given = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        o.settings.stdio_encoding = given(encoding);
        o.settings.stdio_errors = given(errors);
        Ok(())
    }),
    ("PYTHONWARNINGS", |o, value| {
        let filters = value.split(',').map(str::trim).filter(|f| !f.is_empty());
        o.settings.warnoptions.extend(filters.map(str::to_owned));
        Ok(())
    }),
];
