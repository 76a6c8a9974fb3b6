//! Writes a large capture for measuring: `large video|frames|metadata MEGABYTES FILE [SEED]`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use grainscope_simulate::large::{Mix, scenario};
use grainscope_simulate::{Capture, CaptureFormat, CaptureOptions};

const USAGE: &str = "usage: large video|frames|metadata MEGABYTES FILE.pcap|FILE.pcapng [SEED]";

fn main() -> ExitCode {
    match run() {
        Ok(bytes) => {
            eprintln!("{bytes} bytes");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<u64, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mix, megabytes, path, rest @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let mix = match mix.as_str() {
        "video" => Mix::Video,
        "frames" => Mix::Frames,
        "metadata" => Mix::Metadata,
        _ => return Err(USAGE.into()),
    };
    let limit = megabytes.parse::<u64>().map_err(|_| USAGE)? * 1_000_000;
    let seed = rest.first().map_or(Ok(1), |seed| seed.parse()).map_err(|_| USAGE)?;
    let format = if path.ends_with(".pcapng") {
        CaptureFormat::Pcapng
    } else {
        CaptureFormat::PcapNanoseconds
    };
    let options = CaptureOptions {
        format,
        ..CaptureOptions::default()
    };
    let mut capture = Capture::new(&scenario(mix, seed), &[], options).map_err(|error| error.to_string())?;
    let failed = |error: std::io::Error| format!("{path}: {error}");
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let mut written = 0;
    while written < limit {
        let Some(part) = capture.next_part() else { break };
        file.write_all(&part).map_err(failed)?;
        written += part.len() as u64;
    }
    file.flush().map_err(failed)?;
    Ok(written)
}
