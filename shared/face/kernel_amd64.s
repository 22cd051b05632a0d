#include "textflag.h"
#include "go_asm.h"

// func dotLanesAVX2(a, b *float32, n int) float32
//
// SI and DI walk along a and b, CX counts down what is left of n. Y0 to Y3 are
// the 32 sums; Y4 to Y7 hold the products of one round.
TEXT ·dotLanesAVX2(SB), NOSPLIT, $0-28
	MOVQ   a+0(FP), SI
	MOVQ   b+8(FP), DI
	MOVQ   n+16(FP), CX
	VXORPS Y0, Y0, Y0      // lanes 0-7
	VXORPS Y1, Y1, Y1      // 8-15
	VXORPS Y2, Y2, Y2      // 16-23
	VXORPS Y3, Y3, Y3      // 24-31

dotNext:                       // 32 elements
	VMOVUPS (SI), Y4
	VMOVUPS 32(SI), Y5
	VMOVUPS 64(SI), Y6
	VMOVUPS 96(SI), Y7
	VMULPS  (DI), Y4, Y4
	VMULPS  32(DI), Y5, Y5
	VMULPS  64(DI), Y6, Y6
	VMULPS  96(DI), Y7, Y7
	VADDPS  Y4, Y0, Y0
	VADDPS  Y5, Y1, Y1
	VADDPS  Y6, Y2, Y2
	VADDPS  Y7, Y3, Y3
	ADDQ    $128, SI
	ADDQ    $128, DI
	SUBQ    $32, CX
	JG      dotNext

	VADDPS       Y1, Y0, Y0 // by halves, as dotLanesGo
	VADDPS       Y3, Y2, Y2
	VADDPS       Y2, Y0, Y0 // eight lanes
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0 // four lanes
	VMOVHLPS     X0, X0, X1
	VADDPS       X1, X0, X0 // 0+2, 1+3
	VMOVSHDUP    X0, X1
	VADDSS       X1, X0, X0 // (0+2) + (1+3)
	VMOVSS       X0, ret+24(FP)
	VZEROUPPER
	RET

// The two scans have the same loops: over blocks of 16 rows, and within a block
// over its groups, 64 bytes each: the next four bytes of every row's code.
//
//	SI  the next group    R9   the four weights that belong to it
//	DX  groups a block    R10  groups left in this block
//	DI  the block's norms
//	CX  blocks            AX   this block's number, the result in the end
//	BX  q                 R8   bounds
//
// What is the same for all rows is broadcast to every lane of a register before:
//
//	15  the bar           12  q.scale     10  q.inner
//	13  q.offset          11  q.base       9  q.outer
//	 8  the e of a row that has no bound
//
// A bound is ((scale*(offset+sum) + base) + inner*e) + outer*r, in this order.

// func scanAVX2(codes, norms *byte, blocks int, q *query, bar float32, bounds *[16]float32) int
//
// Y0 is of rows 0 to 7 and Y1 of rows 8 to 15: their sums, which start at the
// offset, and then their bounds. Y14 is 16 ones of 16 bits.
TEXT ·scanAVX2(SB), NOSPLIT, $0-56
	MOVQ         codes+0(FP), SI
	MOVQ         norms+8(FP), DI
	MOVQ         blocks+16(FP), CX
	MOVQ         q+24(FP), BX
	VBROADCASTSS bar+32(FP), Y15
	MOVQ         bounds+40(FP), R8
	MOVQ         query_width(BX), DX
	SHRQ         $2, DX                     // groups of four bytes
	VPCMPEQW     Y14, Y14, Y14
	VPSRLW       $15, Y14, Y14
	VPBROADCASTD query_offset(BX), Y13
	VBROADCASTSS query_scale(BX), Y12
	VBROADCASTSS query_base(BX), Y11
	VBROADCASTSS query_inner(BX), Y10
	VBROADCASTSS query_outer(BX), Y9
	VPCMPEQD     Y8, Y8, Y8
	VPSRLD       $24, Y8, Y8                // unbounded, 255
	XORQ         AX, AX

avxBlock:
	CMPQ    AX, CX
	JGE     avxDone
	VMOVDQA Y13, Y0
	VMOVDQA Y13, Y1
	LEAQ    query_code(BX), R9
	MOVQ    DX, R10

avxGroup:
	VPBROADCASTD (R9), Y2
	VMOVDQU      (SI), Y3
	VMOVDQU      32(SI), Y4
	VPMADDUBSW   Y2, Y3, Y3                 // bytes by weights, two products to 16 bits
	VPMADDUBSW   Y2, Y4, Y4
	VPMADDWD     Y14, Y3, Y3                // and two of those to 32: a row's share
	VPMADDWD     Y14, Y4, Y4
	VPADDD       Y3, Y0, Y0
	VPADDD       Y4, Y1, Y1
	ADDQ         $64, SI
	ADDQ         $4, R9
	DECQ         R10
	JNZ          avxGroup

	VCVTDQ2PS Y0, Y0                        // the sums' part of the bounds
	VCVTDQ2PS Y1, Y1
	VMULPS    Y12, Y0, Y0
	VMULPS    Y12, Y1, Y1
	VADDPS    Y11, Y0, Y0
	VADDPS    Y11, Y1, Y1
	VPMOVZXBD (DI), Y2                      // e
	VPMOVZXBD 8(DI), Y3
	VPCMPEQD  Y8, Y2, Y6                    // all ones, a NaN, in rows without a bound
	VPCMPEQD  Y8, Y3, Y7
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	VMULPS    Y10, Y2, Y2
	VMULPS    Y10, Y3, Y3
	VADDPS    Y2, Y0, Y0
	VADDPS    Y3, Y1, Y1
	VPMOVZXBD 16(DI), Y2                    // r
	VPMOVZXBD 24(DI), Y3
	VCVTDQ2PS Y2, Y2
	VCVTDQ2PS Y3, Y3
	VMULPS    Y9, Y2, Y2
	VMULPS    Y9, Y3, Y3
	VADDPS    Y2, Y0, Y0
	VADDPS    Y3, Y1, Y1
	VPOR      Y6, Y0, Y0
	VPOR      Y7, Y1, Y1
	VCMPPS    $0x15, Y15, Y0, Y2            // not less than the bar, or a NaN
	VCMPPS    $0x15, Y15, Y1, Y3
	VORPS     Y3, Y2, Y2
	VMOVMSKPS Y2, R11
	TESTL     R11, R11
	JNZ       avxReached                    // some row of the block
	ADDQ      $32, DI
	INCQ      AX
	JMP       avxBlock

avxReached:
	VMOVUPS Y0, (R8)
	VMOVUPS Y1, 32(R8)

avxDone:
	MOVQ AX, ret+48(FP)
	VZEROUPPER
	RET

// func scanVNNI(codes, norms *byte, blocks int, q *query, bar float32, bounds *[16]float32) int
//
// Z0 is of all 16 rows: the sums of every other group, which start at the offset,
// and then the bounds. Z1 are the sums of the groups between: with two, a group
// need not wait for the sum of the one before. R10 is two less than the groups
// left.
TEXT ·scanVNNI(SB), NOSPLIT, $0-56
	MOVQ         codes+0(FP), SI
	MOVQ         norms+8(FP), DI
	MOVQ         blocks+16(FP), CX
	MOVQ         q+24(FP), BX
	VBROADCASTSS bar+32(FP), Z15
	MOVQ         bounds+40(FP), R8
	MOVQ         query_width(BX), DX
	SHRQ         $2, DX
	VPBROADCASTD query_offset(BX), Z13
	VBROADCASTSS query_scale(BX), Z12
	VBROADCASTSS query_base(BX), Z11
	VBROADCASTSS query_inner(BX), Z10
	VBROADCASTSS query_outer(BX), Z9
	VPTERNLOGD   $0xff, Z7, Z7, Z7          // unknown: all ones, a NaN
	VPSRLD       $24, Z7, Z8                // unbounded, 255
	XORQ         AX, AX

vnniBlock:
	CMPQ      AX, CX
	JGE       vnniDone
	VMOVDQA32 Z13, Z0
	VPXORD    Z1, Z1, Z1
	LEAQ      query_code(BX), R9
	MOVQ      DX, R10
	SUBQ      $2, R10
	JL        vnniLast

vnniPair:                                   // two groups
	VMOVDQU32     (SI), Z3
	VMOVDQU32     64(SI), Z4
	VPDPBUSD.BCST (R9), Z3, Z0          // adds four products to each row's sum
	VPDPBUSD.BCST 4(R9), Z4, Z1
	ADDQ          $128, SI
	ADDQ          $8, R9
	SUBQ          $2, R10
	JGE           vnniPair

vnniLast:                                   // of an odd number of groups
	TESTQ         $1, R10
	JZ            vnniBound
	VMOVDQU32     (SI), Z3
	VPDPBUSD.BCST (R9), Z3, Z0
	ADDQ          $64, SI

vnniBound:
	VPADDD    Z1, Z0, Z0
	VCVTDQ2PS Z0, Z0
	VMULPS    Z12, Z0, Z0
	VADDPS    Z11, Z0, Z0
	VPMOVZXBD (DI), Z2                  // e
	VPCMPEQD  Z8, Z2, K1                // rows without a bound
	VCVTDQ2PS Z2, Z2
	VMULPS    Z10, Z2, Z2
	VADDPS    Z2, Z0, Z0
	VPMOVZXBD 16(DI), Z3                // r
	VCVTDQ2PS Z3, Z3
	VMULPS    Z9, Z3, Z3
	VADDPS    Z3, Z0, Z0
	VMOVDQA32 Z7, K1, Z0
	VCMPPS    $0x15, Z15, Z0, K2        // not less than the bar, or a NaN
	KMOVW     K2, R11
	TESTL     R11, R11
	JNZ       vnniReached               // some row of the block
	ADDQ      $32, DI
	INCQ      AX
	JMP       vnniBlock

vnniReached:
	VMOVUPS Z0, (R8)

vnniDone:
	MOVQ AX, ret+48(FP)
	VZEROUPPER
	RET
