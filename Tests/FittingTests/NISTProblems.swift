import Testing

/// A problem of the NIST Statistical Reference Datasets for nonlinear regression, with its certified solution.
///
/// The certified figures carry eleven digits. Each was confirmed before it was written here: Gauss-Newton steps in
/// 60-digit arithmetic from the certified parameters leave every figure unchanged to ten digits.
///
/// Source: NIST/ITL Statistical Reference Datasets, nonlinear regression.
struct NISTProblem: Sendable, CustomTestStringConvertible {
  let name: String
  /// The model in parameters `b1`, `b2`, … and the columns other than `y`.
  let formula: String
  /// What the model predicts: `y`, or an expression in it.
  let response: String
  /// The observations by column name, `y` among them.
  let columns: [String: [Double]]
  /// NIST's two starting points: the first far from the solution, the second near it.
  let starts: [[Double]]
  let certified: [Double]
  let standardErrors: [Double]
  /// The sum of squared residuals at the certified solution.
  ///
  /// For Lanczos1 it is 1.4e-25, which double precision cannot reproduce: judge that problem by its parameters.
  let residualSumOfSquares: Double

  var testDescription: String { name }
}

/// All 27 problems, by name.
let nistProblems: [NISTProblem] = [
  bennett5,
  boxBOD,
  chwirut1,
  chwirut2,
  danWood,
  enso,
  eckerle4,
  gauss1,
  gauss2,
  gauss3,
  hahn1,
  kirby2,
  lanczos1,
  lanczos2,
  lanczos3,
  mgh09,
  mgh10,
  mgh17,
  misra1a,
  misra1b,
  misra1c,
  misra1d,
  nelson,
  rat42,
  rat43,
  roszman1,
  thurber,
]

private let bennett5 = NISTProblem(
  name: "Bennett5",
  formula: "b1 * (b2 + x)^(-1 / b3)",
  response: "y",
  columns: ["y": NISTObservations.Bennett5.y, "x": NISTObservations.Bennett5.x],
  starts: [
    [-2000.0, 50.0, 0.8],
    [-1500.0, 45.0, 0.85],
  ],
  certified: [
    -2523.5058043, 46.736564644, 0.93218483193,
  ],
  standardErrors: [
    297.15175411, 1.2448871856, 0.020272299378,
  ],
  residualSumOfSquares: 0.00052404744073)

private let boxBOD = NISTProblem(
  name: "BoxBOD",
  formula: "b1 * (1 - exp(-b2 * x))",
  response: "y",
  columns: ["y": NISTObservations.BoxBOD.y, "x": NISTObservations.BoxBOD.x],
  starts: [
    [1.0, 1.0],
    [100.0, 0.75],
  ],
  certified: [
    213.80940889, 0.54723748542,
  ],
  standardErrors: [
    12.354515176, 0.10455993237,
  ],
  residualSumOfSquares: 1168.0088766)

private let chwirut1 = NISTProblem(
  name: "Chwirut1",
  formula: "exp(-b1 * x) / (b2 + b3 * x)",
  response: "y",
  columns: ["y": NISTObservations.Chwirut1.y, "x": NISTObservations.Chwirut1.x],
  starts: [
    [0.1, 0.01, 0.02],
    [0.15, 0.008, 0.01],
  ],
  certified: [
    0.1902781837, 0.0061314004477, 0.010530908399,
  ],
  standardErrors: [
    0.021938557035, 0.00034500025051, 0.00079281847748,
  ],
  residualSumOfSquares: 2384.4771393)

private let chwirut2 = NISTProblem(
  name: "Chwirut2",
  formula: "exp(-b1 * x) / (b2 + b3 * x)",
  response: "y",
  columns: ["y": NISTObservations.Chwirut2.y, "x": NISTObservations.Chwirut2.x],
  starts: [
    [0.1, 0.01, 0.02],
    [0.15, 0.008, 0.01],
  ],
  certified: [
    0.16657666537, 0.0051653291286, 0.012150007096,
  ],
  standardErrors: [
    0.03830328681, 0.00066621605126, 0.0015304234767,
  ],
  residualSumOfSquares: 513.04802941)

private let danWood = NISTProblem(
  name: "DanWood",
  formula: "b1 * x^b2",
  response: "y",
  columns: ["y": NISTObservations.DanWood.y, "x": NISTObservations.DanWood.x],
  starts: [
    [1.0, 5.0],
    [0.7, 4.0],
  ],
  certified: [
    0.76886226176, 3.8604055871,
  ],
  standardErrors: [
    0.01828197386, 0.051726610913,
  ],
  residualSumOfSquares: 0.0043173084083)

private let enso = NISTProblem(
  name: "ENSO",
  formula: "b1 + b2 * cos(6.283185307179586 * x / 12) + b3 * sin(6.283185307179586 * x / 12)"
    + " + b5 * cos(6.283185307179586 * x / b4) + b6 * sin(6.283185307179586 * x / b4)"
    + " + b8 * cos(6.283185307179586 * x / b7) + b9 * sin(6.283185307179586 * x / b7)",
  response: "y",
  columns: ["y": NISTObservations.ENSO.y, "x": NISTObservations.ENSO.x],
  starts: [
    [11.0, 3.0, 0.5, 40.0, -0.7, -1.3, 25.0, -0.3, 1.4],
    [10.0, 3.0, 0.5, 44.0, -1.5, 0.5, 26.0, -0.1, 1.5],
  ],
  certified: [
    10.510749193, 3.0762128085, 0.53280138227, 44.3110887, -1.6231428586, 0.52554493756, 26.88761444, 0.21232288488,
    1.4966870418,
  ],
  standardErrors: [
    0.17488832467, 0.24310052139, 0.24354686618, 0.94408025976, 0.28078369611, 0.48073701119, 0.4161293913,
    0.51460022911, 0.25434468893,
  ],
  residualSumOfSquares: 788.53978668)

private let eckerle4 = NISTProblem(
  name: "Eckerle4",
  formula: "b1 / b2 * exp(-0.5 * ((x - b3) / b2)^2)",
  response: "y",
  columns: ["y": NISTObservations.Eckerle4.y, "x": NISTObservations.Eckerle4.x],
  starts: [
    [1.0, 10.0, 500.0],
    [1.5, 5.0, 450.0],
  ],
  certified: [
    1.5543827178, 4.0888321754, 451.54121844,
  ],
  standardErrors: [
    0.015408051163, 0.046803020753, 0.046800518816,
  ],
  residualSumOfSquares: 0.0014635887487)

private let gauss1 = NISTProblem(
  name: "Gauss1",
  formula: "b1 * exp(-b2 * x) + b3 * exp(-((x - b4)^2) / b5^2) + b6 * exp(-((x - b7)^2) / b8^2)",
  response: "y",
  columns: ["y": NISTObservations.Gauss1.y, "x": NISTObservations.Gauss1.x],
  starts: [
    [97.0, 0.009, 100.0, 65.0, 20.0, 70.0, 178.0, 16.5],
    [94.0, 0.0105, 99.0, 63.0, 25.0, 71.0, 180.0, 20.0],
  ],
  certified: [
    98.778210871, 0.010497276517, 100.48990633, 67.481111276, 23.12977336, 71.994503004, 178.99805021, 18.389389025,
  ],
  standardErrors: [
    0.5752731273, 0.00011406289017, 0.58831775752, 0.10460593412, 0.17439951146, 0.62622793913, 0.12436988217,
    0.20134312832,
  ],
  residualSumOfSquares: 1315.8222432)

private let gauss2 = NISTProblem(
  name: "Gauss2",
  formula: "b1 * exp(-b2 * x) + b3 * exp(-((x - b4)^2) / b5^2) + b6 * exp(-((x - b7)^2) / b8^2)",
  response: "y",
  columns: ["y": NISTObservations.Gauss2.y, "x": NISTObservations.Gauss2.x],
  starts: [
    [96.0, 0.009, 103.0, 106.0, 18.0, 72.0, 151.0, 18.0],
    [98.0, 0.0105, 103.0, 105.0, 20.0, 73.0, 150.0, 20.0],
  ],
  certified: [
    99.018328406, 0.010994945399, 101.88022528, 107.03095519, 23.578584029, 72.045589471, 153.27010194, 19.525972636,
  ],
  standardErrors: [
    0.53748766879, 0.00013335306766, 0.59217315772, 0.15006798316, 0.22695595067, 0.61721965884, 0.19466674341,
    0.26416549393,
  ],
  residualSumOfSquares: 1247.5282092)

private let gauss3 = NISTProblem(
  name: "Gauss3",
  formula: "b1 * exp(-b2 * x) + b3 * exp(-((x - b4)^2) / b5^2) + b6 * exp(-((x - b7)^2) / b8^2)",
  response: "y",
  columns: ["y": NISTObservations.Gauss3.y, "x": NISTObservations.Gauss3.x],
  starts: [
    [94.9, 0.009, 90.1, 113.0, 20.0, 73.8, 140.0, 20.0],
    [96.0, 0.0096, 80.0, 110.0, 25.0, 74.0, 139.0, 25.0],
  ],
  certified: [
    98.94036897, 0.010945879335, 100.69553078, 111.63619459, 23.300500029, 73.705031418, 147.76164251, 19.66822123,
  ],
  standardErrors: [
    0.53005192833, 0.00012554058911, 0.81256587317, 0.35317859757, 0.36584783023, 1.2091239082, 0.40488183351,
    0.37806634336,
  ],
  residualSumOfSquares: 1244.484636)

private let hahn1 = NISTProblem(
  name: "Hahn1",
  formula: "(b1 + b2 * x + b3 * x^2 + b4 * x^3) / (1 + b5 * x + b6 * x^2 + b7 * x^3)",
  response: "y",
  columns: ["y": NISTObservations.Hahn1.y, "x": NISTObservations.Hahn1.x],
  starts: [
    [10.0, -1.0, 0.05, -1e-05, -0.05, 0.001, -1e-06],
    [1.0, -0.1, 0.005, -1e-06, -0.005, 0.0001, -1e-07],
  ],
  certified: [
    1.0776351733, -0.12269296921, 0.004086375061, -1.4262662514e-06, -0.0057609940901, 0.00024053735503,
    -1.2314450199e-07,
  ],
  standardErrors: [
    0.17070154742, 0.012000289189, 0.00022508314937, 2.7578037666e-07, 0.00024712888219, 1.0449373768e-05,
    1.3027335327e-08,
  ],
  residualSumOfSquares: 1.5324382854)

private let kirby2 = NISTProblem(
  name: "Kirby2",
  formula: "(b1 + b2 * x + b3 * x^2) / (1 + b4 * x + b5 * x^2)",
  response: "y",
  columns: ["y": NISTObservations.Kirby2.y, "x": NISTObservations.Kirby2.x],
  starts: [
    [2.0, -0.1, 0.003, -0.001, 1e-05],
    [1.5, -0.15, 0.0025, -0.0015, 2e-05],
  ],
  certified: [
    1.6745063063, -0.13927397867, 0.0025961181191, -0.001724181187, 2.1664802578e-05,
  ],
  standardErrors: [
    0.087989634338, 0.0041182041386, 4.1856520458e-05, 5.8931897355e-05, 2.0129761919e-07,
  ],
  residualSumOfSquares: 3.9050739624)

private let lanczos1 = NISTProblem(
  name: "Lanczos1",
  formula: "b1 * exp(-b2 * x) + b3 * exp(-b4 * x) + b5 * exp(-b6 * x)",
  response: "y",
  columns: ["y": NISTObservations.Lanczos1.y, "x": NISTObservations.Lanczos1.x],
  starts: [
    [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
    [0.5, 0.7, 3.6, 4.2, 4.0, 6.3],
  ],
  certified: [
    0.095100000027, 1.0000000001, 0.86070000013, 3.0000000002, 1.5575999998, 5.0000000001,
  ],
  standardErrors: [
    5.3347304234e-11, 2.7473038179e-10, 1.3576062225e-10, 3.3308253069e-10, 1.8815731448e-10, 1.1057500538e-10,
  ],
  residualSumOfSquares: 1.4307867721e-25)

private let lanczos2 = NISTProblem(
  name: "Lanczos2",
  formula: "b1 * exp(-b2 * x) + b3 * exp(-b4 * x) + b5 * exp(-b6 * x)",
  response: "y",
  columns: ["y": NISTObservations.Lanczos2.y, "x": NISTObservations.Lanczos2.x],
  starts: [
    [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
    [0.5, 0.7, 3.6, 4.2, 4.0, 6.3],
  ],
  certified: [
    0.096251029939, 1.0057332849, 0.86424689056, 3.0078283915, 1.5529016879, 5.00287981,
  ],
  standardErrors: [
    0.00066770575477, 0.0033989646176, 0.0017185846685, 0.0041707005856, 0.0023744381417, 0.0013958787284,
  ],
  residualSumOfSquares: 2.2299428125e-11)

private let lanczos3 = NISTProblem(
  name: "Lanczos3",
  formula: "b1 * exp(-b2 * x) + b3 * exp(-b4 * x) + b5 * exp(-b6 * x)",
  response: "y",
  columns: ["y": NISTObservations.Lanczos3.y, "x": NISTObservations.Lanczos3.x],
  starts: [
    [1.2, 0.3, 5.6, 5.5, 6.5, 7.6],
    [0.5, 0.7, 3.6, 4.2, 4.0, 6.3],
  ],
  certified: [
    0.086816414977, 0.95498101505, 0.84400777463, 2.9515951832, 1.5825685901, 4.9863565084,
  ],
  standardErrors: [
    0.017197908859, 0.097041624475, 0.041488663282, 0.10766312506, 0.058371576281, 0.034436403035,
  ],
  residualSumOfSquares: 1.6117193594e-08)

private let mgh09 = NISTProblem(
  name: "MGH09",
  formula: "b1 * (x^2 + x * b2) / (x^2 + x * b3 + b4)",
  response: "y",
  columns: ["y": NISTObservations.MGH09.y, "x": NISTObservations.MGH09.x],
  starts: [
    [25.0, 39.0, 41.5, 39.0],
    [0.25, 0.39, 0.415, 0.39],
  ],
  certified: [
    0.19280693458, 0.19128232873, 0.12305650693, 0.13606233068,
  ],
  standardErrors: [
    0.011435312227, 0.19633220911, 0.080842031232, 0.090025542308,
  ],
  residualSumOfSquares: 0.00030750560385)

private let mgh10 = NISTProblem(
  name: "MGH10",
  formula: "b1 * exp(b2 / (x + b3))",
  response: "y",
  columns: ["y": NISTObservations.MGH10.y, "x": NISTObservations.MGH10.x],
  starts: [
    [2.0, 400000.0, 25000.0],
    [0.02, 4000.0, 250.0],
  ],
  certified: [
    0.005609636471, 6181.3463463, 345.22363462,
  ],
  standardErrors: [
    0.00015687892471, 23.309021107, 0.78486103508,
  ],
  residualSumOfSquares: 87.945855171)

private let mgh17 = NISTProblem(
  name: "MGH17",
  formula: "b1 + b2 * exp(-x * b4) + b3 * exp(-x * b5)",
  response: "y",
  columns: ["y": NISTObservations.MGH17.y, "x": NISTObservations.MGH17.x],
  starts: [
    [50.0, 150.0, -100.0, 1.0, 2.0],
    [0.5, 1.5, -1.0, 0.01, 0.02],
  ],
  certified: [
    0.37541005211, 1.9358469127, -1.4646871366, 0.01286753464, 0.022122699662,
  ],
  standardErrors: [
    0.0020723153551, 0.22031669222, 0.22175707739, 0.00044861358114, 0.00089471996575,
  ],
  residualSumOfSquares: 5.4648946975e-05)

private let misra1a = NISTProblem(
  name: "Misra1a",
  formula: "b1 * (1 - exp(-b2 * x))",
  response: "y",
  columns: ["y": NISTObservations.Misra1a.y, "x": NISTObservations.Misra1a.x],
  starts: [
    [500.0, 0.0001],
    [250.0, 0.0005],
  ],
  certified: [
    238.94212918, 0.00055015643181,
  ],
  standardErrors: [
    2.7070075241, 7.2668688436e-06,
  ],
  residualSumOfSquares: 0.12455138894)

private let misra1b = NISTProblem(
  name: "Misra1b",
  formula: "b1 * (1 - (1 + b2 * x / 2)^(-2))",
  response: "y",
  columns: ["y": NISTObservations.Misra1b.y, "x": NISTObservations.Misra1b.x],
  starts: [
    [500.0, 0.0001],
    [300.0, 0.0002],
  ],
  certified: [
    337.99746163, 0.00039039091287,
  ],
  standardErrors: [
    3.1643950207, 4.2547321834e-06,
  ],
  residualSumOfSquares: 0.075464681533)

private let misra1c = NISTProblem(
  name: "Misra1c",
  formula: "b1 * (1 - (1 + 2 * b2 * x)^(-0.5))",
  response: "y",
  columns: ["y": NISTObservations.Misra1c.y, "x": NISTObservations.Misra1c.x],
  starts: [
    [500.0, 0.0001],
    [600.0, 0.0002],
  ],
  certified: [
    636.42725809, 0.00020813627256,
  ],
  standardErrors: [
    4.6638326572, 1.7728423155e-06,
  ],
  residualSumOfSquares: 0.040966836971)

private let misra1d = NISTProblem(
  name: "Misra1d",
  formula: "b1 * b2 * x / (1 + b2 * x)",
  response: "y",
  columns: ["y": NISTObservations.Misra1d.y, "x": NISTObservations.Misra1d.x],
  starts: [
    [500.0, 0.0001],
    [450.0, 0.0003],
  ],
  certified: [
    437.36970754, 0.00030227324449,
  ],
  standardErrors: [
    3.6489174345, 2.9334354479e-06,
  ],
  residualSumOfSquares: 0.056419295283)

private let nelson = NISTProblem(
  name: "Nelson",
  formula: "b1 - b2 * x1 * exp(-b3 * x2)",
  response: "log(y)",
  columns: ["y": NISTObservations.Nelson.y, "x1": NISTObservations.Nelson.x1, "x2": NISTObservations.Nelson.x2],
  starts: [
    [2.0, 0.0001, -0.01],
    [2.5, 5e-09, -0.05],
  ],
  certified: [
    2.5906836021, 5.6177717026e-09, -0.057701013174,
  ],
  standardErrors: [
    0.019149996413, 6.112409654e-09, 0.0039572366543,
  ],
  residualSumOfSquares: 3.7976833176)

private let rat42 = NISTProblem(
  name: "Rat42",
  formula: "b1 / (1 + exp(b2 - b3 * x))",
  response: "y",
  columns: ["y": NISTObservations.Rat42.y, "x": NISTObservations.Rat42.x],
  starts: [
    [100.0, 1.0, 0.1],
    [75.0, 2.5, 0.07],
  ],
  certified: [
    72.462237576, 2.6180768402, 0.067359200066,
  ],
  standardErrors: [
    1.7340283401, 0.088295217536, 0.0034465663377,
  ],
  residualSumOfSquares: 8.0565229338)

private let rat43 = NISTProblem(
  name: "Rat43",
  formula: "b1 / (1 + exp(b2 - b3 * x))^(1 / b4)",
  response: "y",
  columns: ["y": NISTObservations.Rat43.y, "x": NISTObservations.Rat43.x],
  starts: [
    [100.0, 10.0, 1.0, 1.0],
    [700.0, 5.0, 0.75, 1.3],
  ],
  certified: [
    699.6415127, 5.2771253025, 0.75962938329, 1.2792483859,
  ],
  standardErrors: [
    16.302297817, 2.0828735829, 0.19566123451, 0.68761936385,
  ],
  residualSumOfSquares: 8786.404908)

private let roszman1 = NISTProblem(
  name: "Roszman1",
  formula: "b1 - b2 * x - atan(b3 / (x - b4)) / 3.141592653589793",
  response: "y",
  columns: ["y": NISTObservations.Roszman1.y, "x": NISTObservations.Roszman1.x],
  starts: [
    [0.1, -1e-05, 1000.0, -100.0],
    [0.2, -5e-06, 1200.0, -150.0],
  ],
  certified: [
    0.20196866396, -6.1953516256e-06, 1204.4556708, -181.34269537,
  ],
  standardErrors: [
    0.019172666023, 3.2058931691e-06, 74.050983057, 49.573513849,
  ],
  residualSumOfSquares: 0.00049484847331)

private let thurber = NISTProblem(
  name: "Thurber",
  formula: "(b1 + b2 * x + b3 * x^2 + b4 * x^3) / (1 + b5 * x + b6 * x^2 + b7 * x^3)",
  response: "y",
  columns: ["y": NISTObservations.Thurber.y, "x": NISTObservations.Thurber.x],
  starts: [
    [1000.0, 1000.0, 400.0, 40.0, 0.7, 0.3, 0.03],
    [1300.0, 1500.0, 500.0, 75.0, 1.0, 0.4, 0.05],
  ],
  certified: [
    1288.13968, 1491.0792535, 583.23836877, 75.416644291, 0.96629502864, 0.39797285797, 0.049727297349,
  ],
  standardErrors: [
    4.6647963344, 39.571156086, 28.698696102, 5.567537027, 0.031333340687, 0.014984928198, 0.0065842344623,
  ],
  residualSumOfSquares: 5642.7082397)
