use dicom_rtv::{Limits, dataset::*};
use std::time::Instant;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args[0] == "bench" {
        for f in &args[1..] {
            let b = std::fs::read(f).unwrap();
            let mut best = f64::MAX;
            let mut bestr = f64::MAX;
            let n = (2_000_000 / b.len()).max(3).min(2000);
            for _ in 0..40 {
                let t = Instant::now();
                for _ in 0..n {
                    std::hint::black_box(DataSet::parse(
                        std::hint::black_box(&b),
                        Syntax::ExplicitVrLe,
                        &Limits::default(),
                    ));
                }
                best = best.min(t.elapsed().as_secs_f64() / n as f64);
                let mut a = Arena::new();
                let t = Instant::now();
                for _ in 0..n {
                    a = std::hint::black_box(DataSet::parse_in(
                        a,
                        std::hint::black_box(&b),
                        Syntax::ExplicitVrLe,
                        &Limits::default(),
                    ))
                    .into_arena();
                }
                bestr = bestr.min(t.elapsed().as_secs_f64() / n as f64);
            }
            let d = DataSet::parse(&b, Syntax::ExplicitVrLe, &Limits::default());
            let mut e = f64::MAX;
            for _ in 0..40 {
                let t = Instant::now();
                for _ in 0..n {
                    std::hint::black_box(encode(std::hint::black_box(&d)));
                }
                e = e.min(t.elapsed().as_secs_f64() / n as f64);
            }
            println!("encode {:.3} us", e * 1e6);
            let d = DataSet::parse(&b, Syntax::ExplicitVrLe, &Limits::default());
            println!(
                "{f}: {} nodes, fresh {:.3} us ({:.2} GB/s) reused {:.3} us {:.1} ns/node",
                d.len(),
                best * 1e6,
                b.len() as f64 / best / 1e9,
                bestr * 1e6,
                bestr * 1e9 / d.len() as f64
            );
        }
        return;
    }
    for f in &args {
        let b = std::fs::read(f).unwrap();
        let start = if b.get(128..132) == Some(b"DICM") { 132 } else { 0 };
        let d = DataSet::parse_range(
            Arena::new(),
            &b,
            start,
            u32::MAX,
            Syntax::ExplicitVrLe,
            &Limits::default(),
        );
        let mut at = start;
        let mut skipped = 0;
        for s in d.spans() {
            assert_eq!(s.start, at);
            assert!(s.end > s.start);
            at = s.end;
            if s.kind == SpanKind::Skipped {
                skipped += s.end - s.start
            }
        }
        assert_eq!(at, d.end());
        println!(
            "{f}: nodes {} issues {} skipped {skipped} depth {}",
            d.len(),
            d.issue_count(),
            d.walk().map(|w| w.0).max().unwrap_or(0)
        );
        for i in d.issues().iter().take(6) {
            println!("    {:?} {i} node {:?}", i.kind, i.node);
        }
    }
}
