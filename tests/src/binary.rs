//! Running the `taipan` binary as a user would.

use std::{
    env,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

/// What a run left behind.
#[derive(Debug)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Exit status; minus the signal's number if a signal ended it.
    pub status: i32,
    /// Whether it had to be killed because it ran too long.
    pub timed_out: bool,
}

/// The binary under test: `TAIPAN_BIN`, else the one in the build folder that
/// this test was built into.
///
/// # Panics
/// If there is none.
pub fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let path = env::var_os("TAIPAN_BIN").map_or_else(
            || {
                let test = env::current_exe().expect("the test knows its own path");
                // target/<profile>/deps/<test>
                test.ancestors().nth(2).expect("a build folder").join("taipan")
            },
            PathBuf::from,
        );
        assert!(path.exists(), "no binary at {}: build it first (`make test` does)", path.display());
        path
    })
}

/// Runs the binary in `folder` with `arguments`, giving it `stdin`.
pub fn run(folder: &Path, arguments: &[String], stdin: &str, limit: Duration) -> Output {
    let mut command = Command::new(path());
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("PYTHONPATH")
        .env_remove("TAIPAN_JIT")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    finish(command, stdin, limit)
}

/// Starts `command`, feeds `stdin` and collects what it prints.
pub fn finish(mut command: Command, stdin: &str, limit: Duration) -> Output {
    let mut child = command.spawn().expect("the binary starts");
    let mut input = child.stdin.take().expect("stdin is a pipe");
    let text = stdin.to_owned();
    // A program that does not read its input closes the pipe: no error here.
    let feeder = thread::spawn(move || drop(input.write_all(text.as_bytes())));
    let collect = |mut stream: Box<dyn Read + Send>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stream.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        })
    };
    let stdout = collect(Box::new(child.stdout.take().expect("stdout is a pipe")));
    let stderr = collect(Box::new(child.stderr.take().expect("stderr is a pipe")));
    let start = Instant::now();
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break status;
        }
        if start.elapsed() > limit && !timed_out {
            timed_out = true;
            child.kill().expect("the child can be killed");
        }
        thread::sleep(Duration::from_millis(2));
    };
    let _ = feeder.join();
    use std::os::unix::process::ExitStatusExt;
    Output {
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
        status: status.code().unwrap_or_else(|| -status.signal().unwrap_or_default()),
        timed_out,
    }
}
