extension Tensor {
    public func relu() -> Tensor { (self .> 0).select(self, .zeros(like: self)) }
    public func softmax(axis: Int = -1) -> Tensor {
        let e = (self - max(axes: [axis], keepsAxes: true)).exp()
        return e / e.sum(axes: [axis], keepsAxes: true)
    }
}
