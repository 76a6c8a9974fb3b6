//! Where a camera is: a smooth closed path through way points.
//!
//! Only sums, products and square roots: these give the same bits on every platform, so the captures do as well.

use crate::time::SECOND;

/// A point or direction in the Frame of Reference, in mm.
pub type Vector = [f64; 3];

/// What (0034,000B) says of one frame (PS3.3 C.7.6.16.2.28).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CameraPosition {
    /// (0070,1603) Viewpoint Position, mm.
    pub position: Vector,
    /// (0070,1604) Viewpoint LookAt Point, mm.
    pub look_at: Vector,
    /// (0070,1605) Viewpoint Up Direction, a unit vector.
    pub up: Vector,
    /// (0070,1606) Render Field of View: left, right, top, bottom, near, far in mm.
    pub field_of_view: [f64; 6],
}

/// A closed path. Both lists of way points are passed in [`CameraPath::lap_ns`].
#[derive(Clone, Debug, PartialEq)]
pub struct CameraPath {
    /// Way points of the camera, mm; not empty.
    pub positions: Vec<Vector>,
    /// Way points of what it looks at, mm; not empty.
    pub targets: Vec<Vector>,
    /// Left, right, top, bottom, near, far in mm.
    pub field_of_view: [f64; 6],
    /// Time of one lap, nanoseconds; not 0.
    pub lap_ns: u64,
}

impl CameraPath {
    /// A laparoscope that goes in through a port, looks around, and comes back.
    #[must_use]
    pub fn laparoscope() -> Self {
        Self {
            positions: vec![
                [0.0, -40.0, 120.0],
                [4.0, -18.0, 95.0],
                [12.0, 2.0, 70.0],
                [18.0, 9.5, 58.0],
                [9.0, 14.0, 52.0],
                [-6.0, 8.0, 61.0],
                [-3.0, -20.0, 90.0],
            ],
            targets: vec![
                [2.0, 5.0, 0.0],
                [6.0, 18.0, -4.0],
                [14.0, 22.0, -9.0],
                [3.0, 26.0, -11.0],
                [-4.0, 12.0, -5.0],
            ],
            field_of_view: [-10.0, 10.0, 5.625, -5.625, 5.0, 120.0],
            lap_ns: 20 * SECOND,
        }
    }

    /// A room camera on its arm: a slow sway over the table.
    #[must_use]
    pub fn room() -> Self {
        Self {
            positions: vec![
                [1400.0, -900.0, 2200.0],
                [1460.0, -880.0, 2180.0],
                [1420.0, -840.0, 2210.0],
            ],
            targets: vec![[0.0, 0.0, 900.0], [40.0, 10.0, 900.0], [0.0, 30.0, 890.0]],
            field_of_view: [-160.0, 160.0, 90.0, -90.0, 300.0, 6000.0],
            lap_ns: 60 * SECOND,
        }
    }

    /// The camera `ns` after the start of the path.
    #[must_use]
    pub fn at(&self, ns: u64) -> CameraPosition {
        let lap = (ns % self.lap_ns) as f64 / self.lap_ns as f64;
        let position = along(&self.positions, lap);
        let look_at = along(&self.targets, lap);
        CameraPosition {
            position,
            look_at,
            up: up(position, look_at),
            field_of_view: self.field_of_view,
        }
    }
}

/// The Catmull-Rom spline through `points`, closed, at `lap` in 0..1.
fn along(points: &[Vector], lap: f64) -> Vector {
    let count = points.len();
    let place = lap * count as f64;
    let segment = place as usize;
    let t = place - segment as f64;
    let point = |offset: usize| points[(segment + count - 1 + offset) % count];
    let [before, from, to, after] = [point(0), point(1), point(2), point(3)];
    std::array::from_fn(|i| {
        let (a, b, c, d) = (before[i], from[i], to[i], after[i]);
        b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
    })
}

/// The unit vector across the line of sight that is nearest to +y (to +z for a camera that looks along y).
fn up(position: Vector, look_at: Vector) -> Vector {
    let Some(forward) = unit(std::array::from_fn(|i| look_at[i] - position[i])) else {
        return [0.0, 1.0, 0.0];
    };
    let across = |axis: Vector| {
        let along: f64 = (0..3).map(|i| axis[i] * forward[i]).sum();
        unit(std::array::from_fn(|i| axis[i] - along * forward[i]))
    };
    across([0.0, 1.0, 0.0])
        .or_else(|| across([0.0, 0.0, 1.0]))
        .unwrap_or([0.0, 1.0, 0.0])
}

fn unit(v: Vector) -> Option<Vector> {
    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).sqrt();
    (length > 1e-9).then(|| v.map(|x| x / length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_passes_its_points_and_closes() {
        let path = CameraPath::laparoscope();
        assert_eq!(path.at(0).position, path.positions[0]);
        assert_eq!(path.at(path.lap_ns), path.at(0));
        let (end, start) = (path.at(path.lap_ns - 1).position, path.at(0).position);
        for i in 0..3 {
            assert!((end[i] - start[i]).abs() < 1e-3);
        }
    }

    #[test]
    fn the_camera_moves_smoothly_and_up_is_across_the_sight() {
        for path in [CameraPath::laparoscope(), CameraPath::room()] {
            let mut last = path.at(0);
            for frame in 1..1300 {
                let here = path.at(frame * 16_683_333);
                for i in 0..3 {
                    assert!((here.position[i] - last.position[i]).abs() < 1.0, "jump at {frame}");
                }
                let sight: f64 = (0..3).map(|i| (here.look_at[i] - here.position[i]) * here.up[i]).sum();
                let length: f64 = here.up.iter().map(|x| x * x).sum();
                assert!(sight.abs() < 1e-6 && (length - 1.0).abs() < 1e-9);
                last = here;
            }
        }
    }
}
