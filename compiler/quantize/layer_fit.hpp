// Rounding a layer's weights to int8 so that its output on quantized inputs comes near its float output on
// float inputs. Only files of this folder include this header: it needs Eigen.
//
// Let x be a row of float inputs, q the same row as the quantized network has it, d = q - x, and w a row of
// float weights. Integer weights that stand for w + e give an output that is wrong by e·q + w·d (and a
// constant, which the bias takes). Its mean square is a quadratic form in e with the second moments of q and
// d: all that has to be known of the data.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace burin {

using MatrixF = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Sums over rows of inputs.
class Moments {
 public:
  explicit Moments(int64_t length);
  // Rows as the quantized network has them, and as the float network has.
  void add(const Eigen::Ref<const MatrixF>& quantized, const Eigen::Ref<const MatrixF>& real);
  void add(const Moments& other);

  int64_t count() const { return count_; }
  // Means, and moments around them.
  Eigen::VectorXd mean_q() const { return sum_q_ / divisor(); }
  Eigen::VectorXd mean_d() const { return sum_d_ / divisor(); }
  Eigen::MatrixXd covariance_qq() const { return qq_ / divisor() - mean_q() * mean_q().transpose(); }
  Eigen::MatrixXd covariance_qd() const { return qd_ / divisor() - mean_q() * mean_d().transpose(); }
  Eigen::MatrixXd covariance_dd() const { return dd_ / divisor() - mean_d() * mean_d().transpose(); }

 private:
  double divisor() const { return static_cast<double>(count_ > 0 ? count_ : 1); }

  int64_t count_ = 0;
  Eigen::VectorXd sum_q_, sum_d_;
  Eigen::MatrixXd qq_, qd_, dd_;
};

struct FitOptions {
  bool bias_correction = true;
  bool error_feedback = true;
  bool refit = true;
  bool per_tensor = false;  // one scale for all channels
};

// The weights of some output channels that share their inputs.
struct FittedRows {
  Eigen::MatrixXd integers;  // [outputs, length], -127..127
  Eigen::VectorXd scales;    // by output, positive
  Eigen::VectorXd bias;      // real
  // Mean squared error of an output on the samples that were held out, before and after.
  double error_nearest = 0;
  double error = 0;
};

// Scales are not below `least_scales`. Decisions are made on the moments that were held out, where there are
// any.
FittedRows fit_rows(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias, const Moments& fit,
                    const Moments& held_out, const Eigen::VectorXd& least_scales, const FitOptions& options);

// The same without data: to the nearest.
FittedRows nearest_rows(const Eigen::MatrixXd& weights, const Eigen::VectorXd& bias,
                        const Eigen::VectorXd& least_scales, bool per_tensor);

}  // namespace burin
